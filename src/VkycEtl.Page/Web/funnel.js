// The funnel as a table with bars, and the tiles. NULL (a type that is not sent) is words, without bar or percent; the next stage is then compared
// with the last one that is sent.

import { fillTable, find, setFigure, setText } from './cells.js';
import { addDays, clock, count, daysBetween, duration, none, percent, rangeName, ratio, span } from './words.js';

export const stageNames = ['Entered', 'Scheduled', 'Assigned', 'Notified', 'Call started', 'Completed', 'Approved'];

// The wait that ends in a stage, where one is published.
const waits = { 2: 'schedule_to_assign', 4: 'assign_to_start', 5: 'call', 6: 'turnaround' };

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
    ? { key: stage.stage_no, cells: sentCells(stage, stages[0], times, state.rule), muted: stage.aside }
    : { key: stage.stage_no, cells: unsentCells(stage, entered, state), muted: true }));
}

function sentCells(stage, top, times, rule) {
  const first = stage.stage_no === 0;
  const share = ratio(stage.n, stage.entered);
  const wait = first || !waits[stage.stage_no] ? null : times.rows.find(row => row.measure === waits[stage.stage_no]);
  const name = stageNames[stage.stage_no];
  return [
    { text: name, note: noteOf(stage, top) },
    { bar: share ?? 0 },
    { text: count(stage.n), value: stage.n, list: `stage:${stage.stage_no}:${rule}`, label: `${count(stage.n)}: list those who reached ${name}` },
    { text: percent(share), value: share },
    { text: first || stage.aside ? '' : percent(ratio(stage.n, stage.previous)), value: ratio(stage.n, stage.previous), wide: true },
    { text: wait && wait.p50_seconds !== null ? duration(wait.p50_seconds) : '', value: wait?.p50_seconds, wide: true },
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
  showSla(figures);
  const wait = figures.times.rows.find(row => row.measure === 'assign_to_start');
  showTile('wait', 'Assigned → started, p50', wait && wait.p50_seconds !== null ? duration(wait.p50_seconds) : none, wait?.p50_seconds,
    wait && wait.n > 0 ? `p90 ${duration(wait.p90_seconds)} · n ${count(wait.n)}` : 'nobody was assigned and called');
  showNoShows(figures);
}

function showToday({ twoDays, status }) {
  const today = twoDays.rows.find(row => row.day === status.today);
  const yesterday = twoDays.rows.find(row => row.day === addDays(status.today, -1));
  showTile('today', `Today so far (to ${clock(twoDays.as_of)})`, count(today?.entered ?? 0), today?.entered ?? 0,
    `entered · ${count(yesterday?.entered_by_now ?? 0)} same time yesterday`);
}

function showApproved({ funnel }, state) {
  const stages = readFunnel(funnel, state.rule, state.cohort);
  const approved = stages[6];
  const rate = ratio(approved.n, approved.entered);
  const best = rate === null ? null : (approved.n + approved.moving) / approved.entered;
  const unsent = notSent(funnel, 6);
  const note = unsent ? 'no app here sends COMPLETED'
    : rate === null ? 'nobody entered'
      : approved.moving === 0 ? `${count(approved.n)} of ${count(approved.entered)}; none still moves`
        : `◔ up to ${percent(best)} if ${count(approved.moving)} moving approve`;
  showTile('approved', approved.moving ? 'End to end, so far' : 'End to end', unsent ? 'not sent' : percent(rate), rate, note);
}

/** Approved within the SLA of those older than it, over days. */
export function slaRate(rows) {
  const known = rows.filter(row => row.approved_within_sla !== null);
  return ratio(known.reduce((sum, row) => sum + row.approved_within_sla, 0), known.reduce((sum, row) => sum + row.matured, 0));
}

function showSla({ funnel, trend, before, status }) {
  const rate = slaRate(trend.rows);
  const matured = trend.rows.reduce((sum, row) => sum + (row.approved_within_sla === null ? 0 : row.matured), 0);
  const sent = !notSent(funnel, 6);
  const notes = [];
  const now = slaRate(trend.rows.filter(row => row.complete));
  const then = before ? slaRate(before.rows) : null;
  if (now !== null && then !== null) {
    const points = (now - then) * 100;
    const arrow = points > 0.05 ? '▲' : points < -0.05 ? '▼' : '=';
    notes.push(`${arrow} ${Math.abs(points).toFixed(1)} points, ${daysBetween(before.from, trend.from)} days before: ${percent(then)}`);
  }

  const title = `Approved within ${span(status.settings.sla_seconds)}`;
  showTile('sla', sent && matured ? `${title}, of ${count(matured)} that old` : title, sent ? percent(rate) : 'not sent', rate,
    !sent ? 'no app here sends COMPLETED' : notes.join('') || 'nothing before to compare with');
}

/** Complete days are compared with the same weekdays before: as many whole weeks earlier as the days need. Null where no day is complete. */
export function daysBefore(from, to, today) {
  const last = to < today ? to : addDays(today, -1);
  const days = daysBetween(from, last) + 1;
  if (days < 1) return null;
  const weeks = 7 * Math.ceil(days / 7);
  return { from: addDays(from, -weeks), to: addDays(last, -weeks) };
}

/** Whether nobody in the range sends a stage's type; where nobody entered, nothing can be said. */
export const notSent = (funnel, ...stages) => Boolean(funnel.rows[0].entered) && stages.some(stage => funnel.rows[stage].reached === null);

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

function showNoShows({ funnel, slots }) {
  const total = sumSlots(slots.rows);
  const rate = total.known ? ratio(total.no_show, total.judged) : null;
  if (notSent(funnel, 1)) showTile('no-show', 'No-shows, matured slots', 'not sent', null, 'no app here sends SCHEDULED');
  else if (slots.rows.length === 0) showTile('no-show', 'No-shows, matured slots', none, null, 'no slot in these days');
  else if (!total.known) showTile('no-show', 'No-shows, matured slots', 'not sent', null, 'no app here sends STARTED');
  else showTile('no-show', 'No-shows, matured slots', percent(rate), rate, `${count(total.no_show)} of ${count(total.judged)}`);
}
