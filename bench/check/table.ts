// Tables of benchmarks.

/** Prints rows under a title: the first column to the left, the others to the right, numbers with one decimal at most. */
export function table(title: string, rows: readonly (readonly (string | number)[])[]): void {
  const text = rows.map((row) =>
    row.map((field) =>
      typeof field === 'number' ? field.toLocaleString('en-US', { maximumFractionDigits: 1 }) : field,
    ),
  );
  const widths = text[0]!.map((_, column) => Math.max(...text.map((row) => row[column]!.length)));
  console.log(`\n${title}`);
  for (const row of text)
    console.log(
      row
        .map((field, column) => (column === 0 ? field.padEnd(widths[0]!) : field.padStart(widths[column]!)))
        .join('  '),
    );
}
