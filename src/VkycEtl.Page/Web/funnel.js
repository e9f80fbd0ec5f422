// The funnel as a table with bars, and the tiles. NULL (a type that is not sent) is words, without bar or percent; the next stage is then compared
// with the last one that is sent.

import { fillTable, find, setFigure, setText } from './cells.js';
import { addDays, clock, count, daysBetween, duration, none, percent, rangeName, ratio, span } from './words.js';

export const stageNames = ['Entered', 'Scheduled', 'Assigned', 'Notified', 'Call started', 'Completed', 'Approved'];

// The wait that ends in a stage, where one is published. (The turn-around is that of the whole way, no wait after Completed.)
const waits = { 2: 'schedule_to_assign', 4: 'assign_to_start', 5: 'call' };

/** The rows with what is shown of them: n by the rule, what the stage before had, lost. */
export function readFunnel(funnel, rule, cohort) {
  let before = null;
  return funnel.rows.map(row => {
    const n = row.stage_no === 0 ? row.entered : row[`reached_${rule}`];
    // Where anyone may enter, a booking is no step on the way: walk-ins have none.
    const aside = row.stage_no === 1 && cohort === 'any';
    const sent = n !== null;
    const previous = sent && before && !aside ? previousOf(row, before, rule) : null;
    const stage = { ...row, n, aside, sent, previous, lost: previous === null ? null : previous - n };
    if (sent && !aside) before = stage;
    return stage;
  });
}

// With several apps, or days before a type was first sent, the stage before counts other customers too: the server then says how many of those
// who could reach this stage had reached the one before.
const previousOf = (row, before, rule) => row[`previous_${rule}`] ?? (row.entered === before.entered ? before.n : null);

export function showFunnel({ funnel, trend, times, status }, state) {
  const stages = readFunnel(funnel, state.rule, state.cohort);
  const entered = stages[0].entered ?? 0;
  const today = trend.rows.find(row => !row.complete && row.day === status.today);
  setText(find('#funnel .about'), `of ${count(entered)} ${entered === 1 ? 'customer' : 'customers'} who entered ${rangeName(funnel.from, funnel.to)}`
    + (today ? `, ${count(today.entered)} of them today so far` : ''));
  fillTable(find('#funnel tbody'), stages.map(stage => stage.sent
    ? { key: stage.stage_no, cells: sentCells(stage, stages[0], waitOf(stage.stage_no, times, state.cohort), state.rule), muted: stage.aside }
    : { key: stage.stage_no, cells: unsentCells(stage, entered, state), muted: true }));
}

// Waits are of all who entered: beside a narrower cohort they would be the waits of others.
function waitOf(stage, times, cohort) {
  const row = cohort === 'any' ? times.rows.find(one => one.measure === waits[stage]) : undefined;
  return { text: row && row.p50_seconds !== null ? duration(row.p50_seconds) : '', value: row?.p50_seconds, wide: true };
}

function sentCells(stage, top, wait, rule) {
  const first = stage.stage_no === 0;
  const share = ratio(stage.n, stage.entered);
  const name = stageNames[stage.stage_no];
  return [
    { text: name, note: noteOf(stage, top) },
    { bar: share ?? 0 },
    { text: count(stage.n), value: stage.n, list: `stage:${stage.stage_no}:${rule}`, label: `${count(stage.n)}: list those who reached ${name}` },
    { text: percent(share), value: share },
    { text: first || stage.aside ? '' : percent(ratio(stage.n, stage.previous)), value: ratio(stage.n, stage.previous), wide: true },
    wait,
    first || stage.aside ? '' : stage.lost === null ? none
      : { text: count(stage.lost), value: stage.lost, list: `lost:${stage.stage_no}:${rule}`, label: `${count(stage.lost)}: list those lost before ${name}` },
    first || stage.aside ? '' : {
      text: count(stage.moving), value: stage.moving, list: `moving:${stage.stage_no}`,
      label: `${count(stage.moving)}: list those who still move and have not reached ${name}`,
    },
  ];
}

function unsentCells(stage, entered, state) {
  const blank = { text: '', wide: true };
  const words = entered === 0 ? stage.stage_no === 0 ? 'nobody entered' : '' : state.app ? 'not sent by this app' : 'not sent by any app';
  return [stageNames[stage.stage_no], { text: words, words: true }, '', '', blank, blank, '', ''];
}

function noteOf(stage, top) {
  const notes = stage.aside ? ['no step'] : [];
  if (stage.apps_sending < stage.apps) notes.push(`${count(stage.apps_sending)} of ${count(stage.apps)} apps`);
  else if (stage.entered !== top.entered) notes.push(`of ${count(stage.entered)} since sent`);
  return notes.join(' · ');
}

function showTile(id, title, text, value, note) {
  const tile = find(`#tile-${id}`);
  setText(tile.querySelector('h2'), title);
  const number = tile.querySelector('.number');
  if (!number.firstElementChild) number.append(document.createElement('data'));
  setFigure(number.firstElementChild, text, value);
  number.classList.toggle('muted', value === null || value === undefined);
  setText(tile.querySelector('.note'), note);
}

export function showTiles(figures, state) {
  showToday(figures);
  showApproved(figures, state);
  showSla(figures, state);
  showWait(figures, state);
  showNoShows(figures, state);
}

function showWait(figures, state) {
  const title = 'Assigned → started, p50';
  const wait = figures.times.rows.find(row => row.measure === 'assign_to_start');
  const missing = unsent(figures, 2, 4);
  if (wait?.n > 0) showTile('wait', title, duration(wait.p50_seconds), wait.p50_seconds, `p90 ${duration(wait.p90_seconds)} · n ${count(wait.n)}`);
  else if (missing) showTile('wait', title, 'not sent', null, unsentWords(missing, state));
  else showTile('wait', title, none, null, 'nobody was assigned and called');
}

function showToday({ twoDays, status }) {
  const today = twoDays.rows.find(row => row.day === status.today);
  const yesterday = twoDays.rows.find(row => row.day === addDays(status.today, -1));
  showTile('today', `Today so far (to ${clock(twoDays.as_of)})`, count(today?.entered ?? 0), today?.entered ?? 0,
    `entered · ${count(yesterday?.entered_by_now ?? 0)} same time yesterday`);
}

function showApproved(figures, state) {
  const stages = readFunnel(figures.funnel, state.rule, state.cohort);
  const approved = stages[6];
  const rate = ratio(approved.n, approved.entered);
  const best = rate === null ? null : (approved.n + approved.moving) / approved.entered;
  const missing = unsent(figures, 6);
  const note = missing ? unsentWords(missing, state)
    : rate === null ? 'nobody entered'
      : approved.moving === 0 ? `${count(approved.n)} of ${count(approved.entered)}; none still moves`
        : `◔ up to ${percent(best)} if ${count(approved.moving)} moving approve`;
  showTile('approved', approved.moving ? 'End to end, so far' : 'End to end', missing ? 'not sent' : percent(rate), rate, note);
}

/** Approved within the SLA of those older than it, over days. */
export function slaRate(rows) {
  const known = rows.filter(row => row.approved_within_sla !== null);
  return ratio(known.reduce((sum, row) => sum + row.approved_within_sla, 0), known.reduce((sum, row) => sum + row.matured, 0));
}

function showSla(figures, state) {
  const { trend, before, status } = figures;
  const rate = slaRate(trend.rows);
  const matured = trend.rows.reduce((sum, row) => sum + (row.approved_within_sla === null ? 0 : row.matured), 0);
  const missing = unsent(figures, 6);
  const nobody = trend.rows.some(row => row.entered > 0) ? `nobody is older than ${span(status.settings.sla_seconds)} yet` : 'nobody entered';
  let note = matured ? 'nothing before to compare with' : nobody;
  const now = slaRate(trend.rows.filter(row => row.complete));
  const then = before ? slaRate(before.rows) : null;
  if (now !== null && then !== null) {
    const points = (now - then) * 100;
    const arrow = points > 0.05 ? '▲' : points < -0.05 ? '▼' : '=';
    note = `${arrow} ${Math.abs(points).toFixed(1)} points, ${daysBetween(before.from, trend.from)} days before: ${percent(then)}`;
  }

  const title = `Approved within ${span(status.settings.sla_seconds)}`;
  if (missing) showTile('sla', title, 'not sent', null, unsentWords(missing, state));
  else showTile('sla', matured ? `${title}, of ${count(matured)} that old` : title, percent(rate), rate, note);
}

/** Complete days are compared with the same weekdays before: as many whole weeks earlier as the days need. Null where no day is complete. */
export function daysBefore(from, to, today) {
  const last = to < today ? to : addDays(today, -1);
  const days = daysBetween(from, last) + 1;
  if (days < 1) return null;
  const weeks = 7 * Math.ceil(days / 7);
  return { from: addDays(from, -weeks), to: addDays(last, -weeks) };
}

const stageTypes = {
  1: 'VCIP_CUSTOMER_SCHEDULED', 2: 'VCIP_CUSTOMER_ASSIGNED', 3: 'VCIP_CUSTOMER_NOTIFIED', 4: 'VCIP_CALL_STARTED', 5: 'VCIP_CALL_COMPLETED', 6: 'VCIP_CALL_COMPLETED',
};

/** The event types that the chosen apps never sent, or not on days that anyone here entered: each a short name. Null: all are sent. */
export function unsent({ funnel, quality }, ...stages) {
  const sent = new Set(quality.rows.filter(row => row.kind === 'type').map(row => row.name));
  const entered = Boolean(funnel.rows[0].entered);
  const missing = stages.filter(stage => sent.size > 0 && !sent.has(stageTypes[stage]) || entered && funnel.rows[stage].reached === null);
  return missing.length === 0 ? null : missing.map(stage => stageTypes[stage].replace(/^VCIP_(CUSTOMER|CALL)_/, ''));
}

/** Who does not send them. */
export const unsentWords = (missing, state) => `${state.app ? 'this app does not send' : 'no app here sends'} ${missing.join(state.app ? ' and ' : ' or ')}`;

/** The slots of the range, over the days on which it is known who started. */
export function sumSlots(rows) {
  const sum = (name, of) => of.reduce((total, row) => total + (row[name] ?? 0), 0);
  const known = rows.filter(row => row.no_show !== null);
  const total = Object.fromEntries(['started_before', 'started_in_slot', 'started_after', 'no_show'].map(name => [name, sum(name, known)]));
  return {
    ...total, slots: sum('slots', rows), reschedules: sum('reschedules', rows), matured: sum('matured', rows),
    known: known.length > 0, judged: total.started_before + total.started_in_slot + total.started_after + total.no_show,
  };
}

function showNoShows(figures, state) {
  const title = 'No-shows, matured slots';
  const total = sumSlots(figures.slots.rows);
  const rate = total.known ? ratio(total.no_show, total.judged) : null;
  const missing = figures.slots.rows.length === 0 ? unsent(figures, 1) : total.known ? null : ['STARTED'];
  if (missing) showTile('no-show', title, 'not sent', null, unsentWords(missing, state));
  else if (figures.slots.rows.length === 0) showTile('no-show', title, none, null, 'no slot in these days');
  else showTile('no-show', title, percent(rate), rate, `${count(total.no_show)} of ${count(total.judged)}`);
}
