// The five panels below: stage times, outcomes and reasons, agents, slots, data quality.

import { fillTable, find, foldRows, setText } from './cells.js';
import { sumSlots, unsent, unsentWords } from './funnel.js';
import { age, brief, count, dayName, none, percent, ratio, secondsBetween } from './words.js';

const sum = (rows, name) => rows.reduce((total, row) => total + (row[name] ?? 0), 0);
const figure = n => ({ text: count(n), value: n });
const share = (part, whole) => ({ text: percent(ratio(part, whole)), value: ratio(part, whole) });
const time = seconds => ({ text: brief(seconds), value: seconds });
const long = text => ({ text, long: true });
const notSent = { text: 'not sent', words: true };
const nothing = words => [{ key: 'none', cells: [words], muted: true }];

// As many rows as fit a panel of 390 px; the rest is behind "+ n more", and a panel that is unfolded grows.
const shownAtFirst = { reasons: 4, agents: 12, slots: 6, quality: 3, types: 7 };
const fold = (name, rows) => foldRows(name, rows, shownAtFirst[name]);
const foldOr = (words, name, rows) => {
  const folded = fold(name, rows);
  return folded.length ? folded : nothing(words);
};

const measures = {
  schedule_to_assign: 'schedule → assign', assign_to_start: 'assign → start', notify_to_start: 'notify → start', call: 'call', turnaround: 'turn-around ◔',
};

// The stages without whose events there is nothing to measure.
const needed = { schedule_to_assign: [1, 2], assign_to_start: [2, 4], notify_to_start: [3, 4], call: [4], turnaround: [5] };

export function showTimes(figures) {
  const { times } = figures;
  fillTable(find('#times tbody'), Object.entries(measures).map(([measure, name]) => {
    const row = times.rows.find(one => one.measure === measure);
    if (!row || row.n === 0) {
      const why = unsent(figures, ...needed[measure]) ? notSent : none;
      return { key: measure, cells: [name, why, none, figure(0)], muted: true };
    }

    const n = { ...figure(row.n), list: `measure:${measure}`, label: `${count(row.n)}: list those measured, ${name}` };
    return { key: measure, cells: [name, time(row.p50_seconds), time(row.p90_seconds), n] };
  }));
  const negative = sum(times.rows, 'negatives');
  setText(find('#times .about'), `${negative ? `${count(negative)} negative ${negative === 1 ? 'wait' : 'waits'} left out. ` : ''}◔ of those approved so far.`);
}

const outcomes = [
  ['approved', 'Approved'], ['declined', 'Declined'], ['other', 'Other'], ['incomplete', 'Incomplete'], ['abandoned', 'Abandoned'], ['open_attempts', 'Open'],
];

// How a call was completed is known from what is completed alone.
const completions = ['approved', 'declined', 'other', 'approval', 'first'];

export function showOutcomes(figures) {
  const { outcomes: { rows }, reasons } = figures;
  const attempts = sum(rows, 'attempts');
  const [approved, declined, other, first, stale] = ['approved', 'declined', 'other', 'first_attempts', 'open_stale'].map(name => sum(rows, name));
  const approvedFirst = sum(rows, 'first_attempts_approved');
  const unknown = approved + declined + other === 0 && unsent(figures, 5) !== null;
  setText(find('#outcomes .about'), `${count(attempts)} ${attempts === 1 ? 'attempt' : 'attempts'}`);
  fillTable(find('#outcomes tbody'), [
    ...outcomes.map(([name, words]) => ({
      key: name,
      cells: [{ text: words, note: name === 'open_attempts' && stale ? `${count(stale)} stale` : '' }, figure(sum(rows, name)), share(sum(rows, name), attempts)],
    })),
    { key: 'approval', cells: [{ text: 'Approval', note: 'of decided' }, figure(approved + declined), share(approved, approved + declined)] },
    { key: 'first', cells: [{ text: 'First call', note: 'approved' }, figure(first), share(approvedFirst, first)] },
  ].map(row => unknown && completions.includes(row.key) ? { ...row, cells: [row.cells[0], '', notSent], muted: true } : row));
  const listed = reasons.rows.map(row => ({
    key: `${row.outcome} ${row.reason_key ?? '\u0000'}`,
    cells: [
      long(row.reason ?? 'no reason given'),
      row.outcome,
      { ...figure(row.attempts), list: `reason:${row.outcome}:${row.reason_key ?? ''}`, label: `${count(row.attempts)}: list ${row.outcome}, ${row.reason ?? 'no reason given'}` },
    ],
  }));
  fillTable(find('#reasons tbody'), foldOr('no call ended without approval', 'reasons', listed));
}

// Pseudonyms are short in their own column: all begin alike.
const agentName = (agent, asSent) => agent === null ? 'not named' : asSent ? agent : agent.replace(/^agent-/, '');

export function showAgents({ agents, status }) {
  setText(find('#agents .about'), status.show_personal ? '' : 'masked');
  const listed = agents.rows.map(row => ({
    key: row.agent ?? '\u0000',
    cells: [
      long(agentName(row.agent, status.show_personal)),
      { ...figure(row.attempts), list: `agent:${row.agent ?? ''}`, label: `${count(row.attempts)}: list the calls of ${row.agent ?? 'no agent'}` },
      { text: percent(row.approval_rate), value: row.approval_rate },
      time(row.occupied_seconds),
    ],
  }));
  fillTable(find('#agents tbody'), foldOr('no call in these days', 'agents', listed));
}

export function showSlots(figures, state) {
  const { rows } = figures.slots;
  const total = sumSlots(rows);
  const judged = name => total.known ? [figure(total[name]), share(total[name], total.judged)] : ['', notSent];
  const missing = unsent(figures, 1);
  fillTable(find('#slots tbody'), rows.length === 0 ? nothing(missing ? unsentWords(missing, state) : 'no slot in these days') : [
    { key: 'matured', cells: ['matured', total.known ? figure(total.matured) : '', `of ${count(total.slots)}`], muted: !total.known },
    { key: 'in', cells: ['started in slot', ...judged('started_in_slot')], muted: !total.known },
    { key: 'before', cells: ['before', ...judged('started_before')], muted: !total.known },
    { key: 'after', cells: ['after', ...judged('started_after')], muted: !total.known },
    { key: 'no-show', cells: noShow(judged('no_show'), total), muted: !total.known },
    { key: 'reschedules', cells: ['reschedules', figure(total.reschedules), ''] },
  ]);
  find('#slot-days').hidden = rows.length === 0;
  fillTable(find('#slot-days tbody'), fold('slots', rows.toReversed().map(row => ({
    key: row.day,
    cells: [dayName(row.day), figure(row.matured), ...['started_in_slot', 'no_show'].map(name => row[name] === null ? none : figure(row[name]))],
  }))));
}

function noShow([n, part], total) {
  return total.known ? ['no-show', { ...n, list: 'no_show', label: `${n.text}: list the no-shows` }, part] : ['no-show', n, part];
}

// A client subscribes to any of the six: what is missing here is why a figure says "not sent".
const types = [
  'VCIP_CUSTOMER_SCHEDULED', 'VCIP_CUSTOMER_ASSIGNED', 'VCIP_CUSTOMER_NOTIFIED', 'VCIP_CALL_STARTED', 'VCIP_CALL_COMPLETED', 'VCIP_CALL_ENDED',
];
const shortType = type => type.replace(/^VCIP_((CUSTOMER|CALL)_)?/, '');

export function showQuality({ quality, status }, state) {
  const issues = quality.rows.filter(row => row.kind === 'issue');
  fillTable(find('#quality tbody'), foldOr('nothing odd in these days', 'quality', issues.map(row => ({ key: row.name, cells: [long(row.name), figure(row.events)] }))));

  const sent = quality.rows.filter(row => row.kind === 'type');
  const apps = state.app ? [state.app] : status.apps;
  const names = [...types, ...new Set(sent.map(row => row.name).filter(name => !types.includes(name)))];
  setText(find('#types-title'), state.app ? 'What this app sends' : 'What the apps send');
  fillTable(find('#types tbody'), fold('types', names.map(name => {
    const rows = sent.filter(row => row.name === name);
    if (rows.length === 0) return { key: name, cells: [shortType(name), figure(0), '', { text: 'never', words: true }], muted: true };
    const last = rows.map(row => row.last_event_time).reduce((a, b) => Date.parse(a) > Date.parse(b) ? a : b);
    return {
      key: name,
      cells: [
        { text: shortType(name), long: types.includes(name) ? undefined : name },
        { text: `${rows.length} of ${Math.max(apps.length, rows.length)}`, value: rows.length },
        figure(sum(rows, 'events')),
        `${age(secondsBetween(last, status.as_of))} ago`,
      ],
    };
  })));
}
