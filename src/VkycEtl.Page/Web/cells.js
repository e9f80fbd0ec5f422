// Text into the document, and only text: whatever the data holds is set by textContent. Elements are kept and patched, so that focus, selection
// and scroll survive each refresh.

export const find = selector => document.querySelector(selector);

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function make(name, text = '', properties = {}) {
  const element = Object.assign(document.createElement(name), properties);
  if (text) element.textContent = text;
  return element;
}

/**
 * Makes a table's body say these rows. Each row: `{key, cells: [cell, …], muted, bad, hidden}`; a cell is a text, or
 * `{text, value, note, list, transaction, bar, wide, long}`: `value` is the number as it came, `list` and `transaction` make it a button that opens
 * one, `long` marks a text of the data that may be cut: the title then has all of it (or the text that `long` is).
 */
export function fillTable(body, rows) {
  const focused = document.activeElement;
  const known = new Map([...body.rows].map(element => [element.dataset.key, element]));
  const elements = rows.map(({ key }) => {
    const element = known.get(String(key)) ?? make('tr');
    known.delete(String(key));
    element.dataset.key = key;
    return element;
  });
  const wanted = new Set(elements);
  for (const element of [...body.rows]) {
    if (!wanted.has(element)) element.remove();
  }

  rows.forEach((row, place) => {
    const element = elements[place];
    element.classList.toggle('muted', row.muted === true);
    element.classList.toggle('bad', row.bad === true);
    element.hidden = row.hidden === true;
    if (body.rows[place] !== element) body.insertBefore(element, body.rows[place] ?? null);
    row.cells.forEach((cell, column) => fillCell(element, column, typeof cell === 'object' ? cell : { text: cell }));
  });
  // An element that is moved loses the focus.
  if (focused !== document.activeElement && body.contains(focused)) focused.focus({ preventScroll: true });
}

function fillCell(row, column, cell) {
  let element = row.cells[column];
  if (!element) {
    element = make(column === 0 ? 'th' : 'td');
    if (column === 0) element.scope = 'row';
    row.append(element);
  }

  // A phone shows a dialog's rows as blocks, each cell under its column's name.
  element.dataset.label = row.closest('table').tHead.rows[0].cells[column]?.textContent ?? '';
  element.className = ['wide', 'words', 'long'].filter(name => cell[name]).join(' ');
  if (cell.long) element.title = cell.long === true ? cell.text : cell.long;
  else element.removeAttribute('title');
  const kind = cell.bar !== undefined ? 'bar' : cell.list !== undefined || cell.transaction !== undefined ? 'button' : 'plain';
  if (element.dataset.kind !== kind) {
    element.dataset.kind = kind;
    element.replaceChildren(...contents(kind));
  }

  if (kind === 'bar') {
    // By the style object, which the policy allows; an attribute in markup it would refuse.
    element.firstChild.firstChild.style.width = `${(Math.min(1, cell.bar) * 100).toFixed(2)}%`;
    return;
  }

  const [figure, note] = element.children;
  setFigure(kind === 'button' ? figure.firstChild : figure, cell.text, cell.value);
  if (kind === 'button') {
    setData(figure, 'list', cell.list);
    setData(figure, 'transaction', cell.transaction);
    setName(figure, cell.label);
  }

  setText(note, cell.note ?? '');
}

function contents(kind) {
  if (kind === 'bar') {
    const bar = make('span', '', { className: 'bar' });
    bar.append(make('span'));
    return [bar];
  }

  const figure = kind === 'button' ? make('button', '', { type: 'button' }) : make('data');
  if (kind === 'button') figure.append(make('data'));
  // The space keeps a number and its note apart for who hears them.
  return [figure, ' ', make('small')];
}

/** A figure as people read it, with the number as it came beside it (empty: there is none). */
export function setFigure(element, text, value) {
  setText(element, text);
  const exact = value === null || value === undefined ? '' : String(value);
  if (element.getAttribute('value') !== exact) element.setAttribute('value', exact);
}

function setData(element, name, value) {
  if (value === undefined) delete element.dataset[name];
  else element.dataset[name] = value;
}

function setName(element, label) {
  if (label === undefined) element.removeAttribute('aria-label');
  else element.setAttribute('aria-label', label);
}

const opened = new Set();

/** Hides all but the first rows behind a button "+ 11 more", until it is pressed. One row more is shown: the button would take its place. */
export function foldRows(name, rows, shownAtFirst) {
  const button = find(`[data-more="${name}"]`);
  button.hidden = rows.length <= shownAtFirst + 1;
  const all = button.hidden || opened.has(name);
  button.setAttribute('aria-expanded', String(all));
  setText(button, all ? 'fewer' : `+ ${rows.length - shownAtFirst} more`);
  return rows.map((row, place) => ({ ...row, hidden: !all && place >= shownAtFirst }));
}

export function toggleFold(name) {
  if (!opened.delete(name)) opened.add(name);
}
