// The one way of text into a page. Everything that a stranger wrote goes through here.

/** Returns text as HTML shows it; what HTML cannot carry becomes a question mark. */
export function html(text: string): string {
  return wellFormed(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Returns text as the value of an attribute in double quotes. */
export function attribute(text: string): string {
  return html(text).replaceAll("'", '&#39;').replaceAll('\n', '&#10;');
}

/** Returns data as the content of a script element of type application/json: nothing in it ends the element. */
export function json(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** Returns text as one segment of a path or a fragment of a link. */
export function segment(text: string): string {
  return encodeURIComponent(wellFormed(text)).replaceAll("'", '%27');
}

/** Half of a surrogate pair cannot be written as UTF-8. */
function wellFormed(text: string): string {
  return text.replace(/[\uD800-\uDFFF](?<![\uD800-\uDBFF][\uDC00-\uDFFF])(?![\uDC00-\uDFFF])/g, '?');
}
