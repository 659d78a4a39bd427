// HTML mail as text: tags dropped, blocks on lines of their own, quotes marked. One pass, so no markup can block it.

const ENTITY: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
const BREAK = /^(?:br|p|div|tr|li|ul|ol|table|h[1-6]|pre|hr|section|article)$/;
const HIDDEN = /^(?:style|script|head|title)$/;
const MAX_HTML = 2 << 20; // characters; the rest is dropped
const MAX_QUOTES = 100; // levels of blockquote

/** Returns the text of HTML. Layout is lost; blockquotes become `> ` marks. Linear; reads at most 2 Mi characters. */
export function htmlText(whole: string): string {
  const html = whole.slice(0, MAX_HTML);
  const lines: string[] = [];
  let line = '';
  let quotes = 0;
  let pre = 0;
  const flush = () => {
    if (line.trim() !== '' || lines.at(-1)?.trim() !== '') lines.push(`${'> '.repeat(quotes)}${line.trimEnd()}`);
    line = '';
  };
  const add = (text: string) => {
    const plain = text.replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,6});/gi, (all, name: string) => entity(name) ?? all);
    const [first = '', ...rest] = pre > 0 ? plain.split(/\r?\n/) : [plain.replace(/\s+/g, ' ')];
    line += pre > 0 || line !== '' ? first : first.trimStart();
    for (const next of rest) {
      flush();
      line = next;
    }
  };
  for (let at = 0; at < html.length; ) {
    const open = html.indexOf('<', at);
    if (open !== at) add(html.slice(at, open < 0 ? html.length : open));
    if (open < 0) break;
    const close = html.startsWith('<!--', open) ? html.indexOf('-->', open) : html.indexOf('>', open);
    if (close < 0) break;
    const tag = /^<(\/?)([a-z][a-z0-9]*)/i.exec(html.slice(open, open + 20));
    const name = tag?.[2]?.toLowerCase() ?? '';
    const ends = tag?.[1] === '/';
    at = html.indexOf('>', close) + 1;
    if (name === 'pre') pre = Math.max(0, pre + (ends ? -1 : 1));
    if (name === 'blockquote' || BREAK.test(name)) flush();
    if (name === 'blockquote') quotes = Math.min(MAX_QUOTES, Math.max(0, quotes + (ends ? -1 : 1)));
    if (!HIDDEN.test(name) || ends) continue;
    const hidden = html.slice(at).search(new RegExp(`</${name}`, 'i'));
    at = hidden < 0 ? html.length : at + hidden;
  }
  flush();
  return lines.join('\n').trim();
}

function entity(name: string): string | undefined {
  if (name[0] !== '#') return ENTITY[name.toLowerCase()];
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : undefined;
}
