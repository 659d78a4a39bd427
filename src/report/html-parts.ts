// Escaping, style and script of the HTML report. The script is optional: it adds buttons that walk through a schedule.

/** Returns text as HTML shows it; what HTML cannot carry becomes a question mark. */
export function html(text: string): string {
  return text
    .replace(/[\uD800-\uDFFF](?<![\uD800-\uDBFF][\uDC00-\uDFFF])(?![\uDC00-\uDFFF])/g, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Returns text as the value of an attribute in double quotes. */
export function attribute(text: string): string {
  return html(text).replaceAll("'", '&#39;').replaceAll('\n', '&#10;');
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1c1c1c;--paper:#fff;--faint:#595959;--line:#c8c8c8;--bad:#a3200d;--good:#1b6b2f;--warn:#7a4d00;--mark:#fff3c4}
@media(prefers-color-scheme:dark){:root{--ink:#e4e4e4;--paper:#161616;--faint:#a8a8a8;--line:#444;--bad:#ff9b8a;--good:#8bd69b;--warn:#f0c36d;--mark:#3d3510}}
body{margin:0 auto;max-width:90rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.4rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid var(--line)}h3{font-size:1.05rem;margin-bottom:0}h4{margin:.5rem 0}
code,pre,.schedule td{font-family:ui-monospace,monospace;font-size:.9rem}
.faint,figcaption,caption,footer{color:var(--faint)}
.bad,.violated{color:var(--bad)}.good,.closes{color:var(--good)}.warn,.bounded,.refused{color:var(--warn)}
fieldset{border:1px solid var(--line);padding:.5rem 1rem;margin:.5rem 0 1.5rem}
fieldset>input+label{margin-right:1.25rem;white-space:nowrap}
:focus-visible{outline:3px solid var(--warn);outline-offset:2px}
.scroll{overflow-x:auto}table{border-collapse:collapse;margin:.5rem 0}caption{text-align:left}
th,td{border-bottom:1px solid var(--line);padding:.15rem .6rem;text-align:left;vertical-align:top}
tr[aria-current]{background:var(--mark)}dd{margin:0 0 .5rem 2rem}blockquote{margin:.25rem 0 1rem;padding-left:1rem;border-left:3px solid var(--line)}
.minor{color:var(--faint);display:none}.all:has(:checked)~.scroll .minor{display:table-row}
.panels>section{display:none}
@media print{.panels>section,.minor{display:revert}fieldset>input,fieldset>label{display:none}}
`;

/** Returns the style, with one rule for each of the `versions` that a radio button may show. */
export function styleOf(versions: number): string {
  const rules = Array.from(
    { length: versions },
    (_, index) =>
      `fieldset>input:nth-of-type(${index + 1}):checked~.panels>section:nth-of-type(${index + 1}){display:block}`,
  );
  return `${STYLE}${rules.join('\n')}\n`;
}

/** Adds "previous step" and "next step" to every schedule; the arrow keys do the same when the schedule has the focus. */
export const SCRIPT = `
for(const box of document.querySelectorAll('.scroll:has(.schedule)')){
const rows=()=>[...box.querySelectorAll('tbody tr')].filter((row)=>row.offsetParent!==null);
const said=document.createElement('p');said.setAttribute('aria-live','polite');said.className='faint';
const go=(by)=>{const all=rows();const now=all.findIndex((row)=>row.hasAttribute('aria-current'));
const next=all[Math.max(0,Math.min(all.length-1,now+by))];if(!next)return;
for(const row of all)row.removeAttribute('aria-current');next.setAttribute('aria-current','step');
next.scrollIntoView({block:'nearest'});said.textContent='Step '+[...next.cells].map((cell)=>cell.textContent).filter(Boolean).join(', ')};
for(const [words,by] of [['previous step',-1],['next step',1]]){const button=document.createElement('button');
button.type='button';button.textContent=words;button.addEventListener('click',()=>go(by));box.before(button)}
box.after(said);
box.addEventListener('keydown',(event)=>{const by={ArrowDown:1,ArrowUp:-1}[event.key];if(by){event.preventDefault();go(by)}})}
`;
