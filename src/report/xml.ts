// XML 1.0 as the two formats that need it write it: elements, attributes, text.

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (Element | string)[];
}

/** Returns an element. */
export function element(name: string, attributes: Element['attributes'], children: Element['children'] = []): Element {
  return { name, attributes, children };
}

/** Returns a document with its declaration, indented by two, ending with a newline. Its depth is that of our formats. */
export function renderXml(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${lines(root, '').join('\n')}\n`;
}

function lines(item: Element, indent: string): string[] {
  const attributes = Object.entries(item.attributes).map(([name, value]) => ` ${name}="${attribute(String(value))}"`);
  const open = `${indent}<${item.name}${attributes.join('')}`;
  if (item.children.length === 0) return [`${open}/>`];
  const [only] = item.children;
  if (item.children.length === 1 && typeof only === 'string') return [`${open}>${content(only)}</${item.name}>`];
  const inner = item.children.flatMap((child) =>
    typeof child === 'string' ? [content(child)] : lines(child, `${indent}  `),
  );
  return [`${open}>`, ...inner, `${indent}</${item.name}>`];
}

/** Drops what XML 1.0 cannot carry (section 2.2), and escapes markup. */
function content(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function attribute(text: string): string {
  return content(text)
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\t', '&#9;')
    .replaceAll('\r', '&#13;');
}
