// The frame of every page: what it may load, and that is nothing.

import { createHash } from 'node:crypto';
import { html } from './escape.ts';
import { styleOf } from './style.ts';

/** A page before it is framed. */
export interface PageParts {
  readonly title: string;
  readonly body: string; // HTML
  readonly script: string; // '' for a page that has none
  readonly versions: number; // most radio buttons of one choice on the page
  readonly forms?: true; // it has a form that asks this server
  readonly style?: string; // of this kind of page alone
}

/**
 * Returns a whole page, ending with a newline. Style and script are in it, and its policy names their hashes: no other script, style,
 * picture or request runs, whatever the text of a mail says. It reads the same from a server, a folder and a mail.
 */
export function framed({ title, body, script, versions, forms, style: more = '' }: PageParts): string {
  const style = styleOf(versions, more);
  return `${[
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policyOf(style, script, forms === true)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${html(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    body,
    ...(script === '' ? [] : [`<script>${script}</script>`]),
    '</body>',
    '</html>',
  ].join('\n')}\n`;
}

/** Returns the content security policy of a page with this style and script. */
export function policyOf(style: string, script: string, forms: boolean): string {
  const scripts = script === '' ? "'none'" : `'sha256-${hashOf(script)}'`;
  return `default-src 'none'; style-src 'sha256-${hashOf(style)}'; script-src ${scripts}; base-uri 'none'; form-action ${forms ? "'self'" : "'none'"}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Returns the content security policy that a page made by `framed` states of itself. */
export function policyIn(page: string): string {
  return (
    /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page.slice(0, 2_000))?.[1] ??
    "default-src 'none'"
  );
}
