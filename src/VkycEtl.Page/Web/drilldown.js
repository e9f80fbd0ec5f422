// From a number to its transactions, and from one of those to its time line.

import { fillTable, find, make, setText } from './cells.js';
import { query, readTransactionParameter, transactionParameter } from './address.js';
import { stageNames } from './funnel.js';
import { read } from './server.js';
import { count, duration, moment, none, secondsBetween } from './words.js';

const listDialog = find('#list');
const transactionDialog = find('#transaction');
let listed = null;

const rules = { open: 'this stage or a later one seen', strict: 'this stage and every one before it seen' };

/** What a list is of, in words. */
export function listTitle(list) {
  const [kind, ...rest] = list.split(':');
  const stage = stageNames[rest[0]] ?? rest[0];
  const tail = rest.slice(1).join(':');
  switch (kind) {
    case 'stage': return `Reached: ${stage} (${tail}: ${rules[tail] ?? tail})`;
    case 'lost': return `Lost before: ${stage} (${tail}: ${rules[tail] ?? tail})`;
    case 'moving': return `Not (yet) reached, still moving: ${stageNames[rest[0] ?? 6] ?? rest[0]}`;
    case 'no_show': return 'No-shows of matured slots';
    case 'reason': return `${rest[0]}: ${tail || 'no reason given'}`;
    case 'agent': return `Calls of ${rest.join(':') || 'no named agent'}`;
    case 'measure': return `Measured: ${rest.join(':').replaceAll('_', ' ')}`;
    default: return list;
  }
}

function parametersOf(state) {
  const parameters = query(state);
  parameters.set('list', state.list);
  return parameters;
}

/** Opens or closes the list that the address names; one that is open stays as it is, under a time line too. */
export async function showList(state) {
  if (!state.list) return close(listDialog);
  const parameters = parametersOf(state);
  if (listDialog.open && listed?.address === parameters.toString()) return;
  const [links, about] = ['.links', '.about'].map(part => listDialog.querySelector(part));
  if (listed?.address !== parameters.toString()) {
    listed = { address: parameters.toString(), rows: [], next: null };
    setText(find('#list-title'), listTitle(state.list));
    links.replaceChildren(
      make('a', 'SQL', { href: `/api/transactions.sql?${parameters}`, target: '_blank', rel: 'noopener' }),
      make('a', 'CSV', { href: `/api/transactions.csv?${parameters}`, download: 'transactions.csv' }));
    setText(about, 'Loading …');
    delete about.dataset.total;
    fillList();
  }

  open(listDialog);
  await readMore(parameters);
}

/** The next fifty of the open list. */
export async function moreOfList(state) {
  const parameters = parametersOf(state);
  parameters.set('cursor', listed.next);
  await readMore(parameters);
}

async function readMore(parameters) {
  const asked = listed;
  const about = listDialog.querySelector('.about');
  const isStale = () => asked !== listed || (parameters.has('cursor') && parameters.get('cursor') !== listed.next);
  try {
    const page = await read(`/api/transactions?${parameters}`);
    if (isStale()) return;
    listed.rows = parameters.has('cursor') ? [...listed.rows, ...page.rows] : page.rows;
    listed.next = page.next;
    setText(about, `${count(page.total)} ${page.total === 1 ? 'line' : 'lines'}${listed.next ? `, the first ${count(listed.rows.length)} shown` : ''}`);
    about.dataset.total = page.total;
    fillList();
  } catch (refused) {
    if (isStale()) return;
    setText(about, refused.message);
    // A list that never came is asked for anew when it is opened again.
    if (!parameters.has('cursor')) listed.address = null;
  }
}

function fillList() {
  find('#list-more').hidden = !listed.next;
  fillTable(listDialog.querySelector('tbody'), listed.rows.map(row => ({
    // Where the number counts attempts, each has a line: a transaction may stand here twice.
    key: `${transactionParameter(row.app_id, row.transaction_id)} ${row.attempt_no ?? ''}`,
    cells: [
      { text: row.transaction_id, transaction: transactionParameter(row.app_id, row.transaction_id) },
      row.app_id, row.attempt_no === null || row.attempt_no === undefined ? none : String(row.attempt_no), row.state, moment(row.first_event_at), moment(row.last_event_at), { text: count(row.attempts), value: row.attempts },
      row.latest_outcome ?? none, { text: duration(row.turnaround_seconds), value: row.turnaround_seconds },
    ],
  })));
}

/** Opens, refreshes or closes the time line that the address names. */
export async function showTransaction(state) {
  if (!state.tx) return close(transactionDialog);
  const about = transactionDialog.querySelector('.about');
  const body = transactionDialog.querySelector('.scroll');
  const named = readTransactionParameter(state.tx);
  if (transactionDialog.dataset.of !== state.tx) {
    transactionDialog.dataset.of = state.tx;
    setText(find('#transaction-title'), named?.id ?? 'No transaction');
    body.hidden = true;
    setText(about, named ? 'Loading …' : 'The address names none: tx=APP/ID, each percent-encoded.');
  }

  open(transactionDialog);
  if (!named) return;
  try {
    const answer = await read(`/api/transactions/${transactionParameter(named.app, named.id)}`);
    if (transactionDialog.dataset.of !== state.tx) return;
    fillTransaction(answer);
    body.hidden = false;
    setText(about, `App ${named.app}`);
  } catch (refused) {
    if (transactionDialog.dataset.of !== state.tx) return;
    setText(about, refused.code === 404 ? `There is no such transaction of the app ${named.app}.` : refused.message);
  }
}

function fillTransaction({ transaction, events, attempts, quarantined }) {
  find('#transaction-facts').replaceChildren(...factsOf(transaction ?? {}).map(factOf));
  fillTable(find('#transaction-events tbody'), events.map(row => ({
    key: row.event_id,
    cells: [
      moment(row.event_time), row.event_type, { text: duration(row.lag_seconds), value: row.lag_seconds }, { text: sayings(row), words: true },
      `${row.source_topic}/${row.source_partition}/${row.source_offset}`, { text: (row.issues ?? []).join(', '), words: true },
    ],
  })));
  showSome('attempts', attempts, row => ({
    key: row.attempt_no,
    cells: [
      String(row.attempt_no), moment(row.started_at), moment(row.ended_at), row.outcome,
      { text: duration(row.duration_seconds), value: row.duration_seconds }, row.agent_id ?? row.agent_key ?? none, { text: row.reason ?? none, words: true },
    ],
  }));
  find('#quarantined-unknown').hidden = quarantined !== null;
  showSome('quarantined', quarantined ?? [], row => ({
    key: `${row.source_topic}/${row.source_partition}/${row.source_offset}/${row.reason_code}`,
    cells: [
      row.reason_code, { text: row.reason_text ?? '', words: true }, `${row.source_topic}/${row.source_partition}/${row.source_offset}`,
      moment(row.received_at), row.resolution ?? 'open',
    ],
  }));
}

function showSome(name, rows, toRow) {
  find(`#transaction-${name}`).hidden = rows.length === 0;
  find(`#${name}-title`).hidden = rows.length === 0 && find(`#${name}-unknown`)?.hidden !== false;
  fillTable(find(`#transaction-${name} tbody`), rows.map(toRow));
}

function factOf([name, text]) {
  const fact = make('div');
  fact.append(make('dt', name), make('dd', text));
  return fact;
}

function sayings(event) {
  const slot = event.slot_start_time || event.slot_end_time ? `slot ${moment(event.slot_start_time)} – ${moment(event.slot_end_time)}` : null;
  return [event.status, event.reason, event.agent && `by ${event.agent}`, slot].filter(Boolean).join(' · ');
}

function factsOf(row) {
  const facts = [
    ['state', row.state], ['latest outcome', row.latest_outcome], ['first event', row.first_event_at && moment(row.first_event_at)],
    ['last event', row.last_event_at && moment(row.last_event_at)], ['over', spanOf(row)],
    ['slot', row.slot_start_time && `${moment(row.slot_start_time)} – ${moment(row.slot_end_time)}`], ['bookings', row.schedules],
    ['schedule → assign', waitOf(row.schedule_to_assign_seconds)], ['assign → start', waitOf(row.assign_to_start_seconds)],
    ['notify → start', waitOf(row.notify_to_start_seconds)], ['turn-around', waitOf(row.turnaround_seconds)], ['negative intervals', row.negative_intervals],
  ];
  return facts.filter(([, value]) => value !== null && value !== undefined && value !== 0).map(([name, value]) => [name, String(value)]);
}

const waitOf = seconds => seconds === null || seconds === undefined ? null : duration(seconds);
const spanOf = row => row.first_event_at && row.last_event_at ? duration(secondsBetween(row.first_event_at, row.last_event_at)) : null;

function open(dialog) {
  if (!dialog.open) dialog.showModal();
}

// Closing gives the focus back to what opened it, which the dialog does by itself.
function close(dialog) {
  if (dialog.open) dialog.close();
}
