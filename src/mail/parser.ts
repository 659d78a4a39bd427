// mailparser behind one function: transfer encodings and charsets of one part of a mail. It is loaded when the first part
// needs it. The part comes to it under a header of ours, so that it neither joins format=flowed lines (which takes kernel
// quotes for text) nor turns an attached patch into an attachment; what it cannot read, mime.ts restores.

import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** How the bytes of a part are encoded. */
export interface Encoding {
  readonly charset: string | undefined; // undefined: UTF-8
  readonly encoding: string; // of Content-Transfer-Encoding; '' for none
}

const OPTIONS = { skipHtmlToText: true, skipTextToHtml: true, skipTextLinks: true, skipImageLinks: true };
const LARGE = 256 << 10; // bytes of a part that is decoded in a worker
const MOST_TIME = 10_000; // ms in the worker

/**
 * Returns the text of a part, lines ending in \n; a byte that its charset does not have becomes U+FFFD.
 * undefined when a part above 256 KiB took more than 10 s, which are spent in a worker.
 */
export async function decodedText(body: Buffer, encoding: Encoding): Promise<string | undefined> {
  const entity = Buffer.concat([Buffer.from(headOf(encoding), 'latin1'), body]);
  const path = entity.length > LARGE ? installed() : undefined;
  if (path !== undefined) return inWorker(entity, path);
  const { default: mailparser } = await import('mailparser'); // in a bundle, the names of CommonJS are on the default only
  return (await mailparser.simpleParser(entity, OPTIONS)).text ?? '';
}

function headOf({ charset = 'utf-8', encoding }: Encoding): string {
  const coded = /^[\w-]{1,40}$/.test(encoding) ? encoding : '8bit';
  return `Content-Type: text/plain; charset="${charset}"\r\nContent-Transfer-Encoding: ${coded}\r\n\r\n`;
}

/** Path of the package for a worker, undefined when it is only bundled. */
function installed(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('mailparser');
  } catch {
    return undefined;
  }
}

const SERVE = `
const { parentPort, workerData } = require('node:worker_threads');
const { simpleParser } = require(workerData.path);
simpleParser(Buffer.from(workerData.entity), workerData.options).then(({ text }) => parentPort.postMessage(text ?? ''));
`;

/** A library that hangs or throws in the worker costs the part, not the program. */
function inWorker(entity: Buffer, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const worker = new Worker(SERVE, { eval: true, workerData: { path, entity, options: OPTIONS } });
    const done = (text: string | undefined) => {
      clearTimeout(timer);
      void worker.terminate();
      resolve(text);
    };
    const timer = setTimeout(() => done(undefined), MOST_TIME);
    worker.once('message', done);
    worker.once('error', () => done(undefined));
    worker.once('exit', () => done(undefined));
  });
}
