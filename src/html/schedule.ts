// A schedule as a table: a row a step, a column a process, what it did and the line it stands in. island.ts steps through it.

import { attribute, html, json } from './escape.ts';

/** One step. */
export interface ScheduleRow {
  readonly process: number; // index into ScheduleParts.processes
  readonly event: string;
  readonly place: string; // mm/mlock.c:58
  readonly function: string;
  readonly text: string; // of the line
  readonly cell: string; // '' when no word of the state changed
  readonly value: string; // of that cell afterwards
  readonly change: string; // in words: 'folio.flags: lru -> lru|unevictable'
  readonly matters: boolean; // false: shown on demand
  readonly source?: number; // window of the source, known to the script
}

export interface ScheduleParts {
  readonly label: string; // for those who cannot see the table
  readonly caption: string; // '' for none
  readonly processes: readonly { readonly cpu: string; readonly label: string }[];
  readonly rows: readonly ScheduleRow[];
  readonly cells: readonly (readonly [string, string])[]; // the state before the first step, as far as it is known
}

/** Returns the table, in a box that a keyboard reaches: the arrow keys step when the script runs. */
export function scheduleTable({ label, caption, processes, rows, cells }: ScheduleParts): string {
  const heads = processes.map(
    (process, p) => `<th scope="col" class="p${p % 4}">${html(process.cpu)} <small>${html(process.label)}</small></th>`,
  );
  return [
    `<div class="box" role="group" tabindex="0" aria-label="${attribute(label)}">`,
    `<table class="schedule" data-cells="${attribute(json(cells))}">`,
    caption === '' ? '' : `<caption>${html(caption)}</caption>`,
    `<thead><tr><th scope="col"><span aria-label="step">#</span></th>${heads.join('')}<th scope="col" class="state">state</th></tr></thead>`,
    `<tbody>${rows.map((row, index) => rowHtml(row, index + 1, processes)).join('\n')}</tbody></table></div>`,
  ].join('\n');
}

function rowHtml(row: ScheduleRow, number: number, processes: ScheduleParts['processes']): string {
  const cells = processes.map((process, p) => {
    if (p !== row.process) return `<td class="p${p % 4}"></td>`;
    const who = `<span class="who">${html(`${process.cpu} ${process.label}: `)}</span>`;
    const code = row.text === '' ? '' : `<code>${html(row.text)}</code> `;
    return `<td class="p${p % 4}">${who}<span class="event">${html(row.event)}</span><span class="code">${code}${placeHtml(row)}</span></td>`;
  });
  const state = row.change === '' ? '' : `<code>${html(row.change)}</code>`;
  const data = row.cell === '' ? '' : ` data-cell="${attribute(row.cell)}" data-value="${attribute(row.value)}"`;
  const source = row.source === undefined ? '' : ` data-source="${row.source}"`;
  return `<tr${row.matters ? '' : ' class="minor"'}${data}${source}><th scope="row">${number}</th>${cells.join('')}<td class="state">${state}</td></tr>`;
}

/** 'mm/mlock.c:58 in __munlock_folio()', in parts: beside the source the file's name and line are enough. */
function placeHtml({ place, function: name }: ScheduleRow): string {
  const at = place.lastIndexOf('/') + 1;
  const folder = at === 0 ? '' : `<span class="far">${html(place.slice(0, at))}</span>`;
  return `${folder}${html(place.slice(at))}${name === '' ? '' : `<span class="far">${html(` in ${name}()`)}</span>`}`;
}
