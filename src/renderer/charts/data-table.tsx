/** A table of figures, and the same folded away as the twin of a chart for those who do not see it. */
import './charts.css';
import { strings } from '../strings/en.js';

export interface TableData {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function DataTable({ caption, head, rows }: TableData) {
  return (
    <table className="data-table">
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {head.map((label) => (
            <th key={label} scope="col">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells) => (
          <tr key={cells[0]}>
            {cells.map((cell, column) =>
              column === 0 ? (
                <th key={head[column]} scope="row">
                  {cell}
                </th>
              ) : (
                <td key={head[column]}>{cell}</td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function TableTwin(table: TableData) {
  return (
    <details className="chart-table">
      <summary>{strings.performance.asTable}</summary>
      <DataTable {...table} />
    </details>
  );
}
