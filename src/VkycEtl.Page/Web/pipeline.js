// Is it complete and fresh; if not, which partition, and which command.

import { fillTable, find, setText } from './cells.js';
import { age, clock, count, moment, none, secondsBetween, zoneName } from './words.js';

// So long with events waiting and nothing loaded is a worker that stands still, not one that is between two batches.
const standstillSeconds = 15;

// Where the lag is not known, silence for so long may be a standstill as well as a quiet hour: amber either way.
const silenceSeconds = 15 * 60;

let standing = null;
let lastLag = null;

/** Judges what the status says; keeps what it saw before, since a standstill only shows over time. */
export function judge(status) {
  const { freshness } = status;
  const waiting = (status.lag_events ?? 0) > 0 || freshness.marts_behind_loads > 0;
  const loaded = freshness.last_loaded_at;
  if (!waiting || loaded !== standing?.loaded) standing = waiting ? { loaded, since: status.as_of } : null;
  const silence = freshness.lag_seconds;
  if (status.complete === false) return { state: 'broken', words: '✗ not complete', age: '' };
  if (status.fault && (status.complete || status.loading === false)) return { state: 'broken', words: '✗ not loading', age: `last event ${age(silence)} ago` };
  if (standing && secondsBetween(standing.since, status.as_of) >= standstillSeconds) {
    return { state: 'stale', words: '◐ stale', age: `nothing loaded for ${age(secondsBetween(loaded ?? standing.since, status.as_of))}` };
  }

  if (freshness.last_received_at === null) return { state: 'empty', words: '○ no event yet', age: '' };
  if (status.lag_events === null && silence > silenceSeconds) return { state: 'stale', words: '◐ stale', age: `last event ${age(silence)} ago, lag unknown` };
  return { state: 'fresh', words: '● fresh', age: `last event ${age(silence)} ago` };
}

/** The state in words: announced when it changes, and only then; ages stand beside it. */
export function showState(state, words, since) {
  document.body.dataset.state = state;
  setText(find('#state'), words);
  setText(find('#age'), since);
}

export function showPipeline(status) {
  setText(find('#zone'), `${zoneName()} ·`);
  const identity = status.identity;
  showComplete(status);
  setText(find('#identity'), identity
    ? `offsets ${count(identity.offsets)} = loaded ${count(identity.loaded)} + duplicates ${count(identity.duplicates)} + quarantined ${count(identity.quarantined)}`
      + ` + gaps ${count(identity.gaps)} + lost ${count(identity.lost)}` : '');
  setText(find('#lag'), lagWords(status));
  const { freshness } = status;
  const behind = freshness.marts_behind_loads ? `, ${count(freshness.marts_behind_loads)} not in the figures yet` : '';
  setText(find('#last-load'), freshness.last_loaded_at ? `last load ${clock(freshness.last_loaded_at)}${behind}` : 'no load yet');
  setText(find('#quarantine'), `quarantine open ${count(freshness.quarantined_open)}`);
  showPartitions(status.partitions);
}

// What is not known is neither right nor broken: short, in amber, and the reason is folded away.
function showComplete({ complete, fault, loading }) {
  const unknown = complete === null && loading !== false;
  find('#complete').dataset.known = String(!unknown);
  setText(find('#complete'), unknown ? '? completeness not known' : completeWords(complete, fault));
  find('#why').hidden = !(unknown && fault);
  setText(find('#why p'), unknown && fault ? fault : '');
}

function completeWords(complete, fault) {
  if (complete === false) return `✗ not complete: ${fault ?? 'run vkyc audit'}`;
  return fault ? `✗ ${fault}` : '✓ complete';
}

function lagWords({ lag_events: lag, freshness }) {
  if (lag === null) return 'lag unknown';
  const arrow = lastLag === null || lag === lastLag ? '→' : lag > lastLag ? '↗' : '↘';
  lastLag = lag;
  const seconds = lag > 0 && freshness.lag_seconds !== null ? `, ${age(freshness.lag_seconds)}` : '';
  return `lag ${count(lag)} ${lag === 1 ? 'event' : 'events'}${seconds} ${arrow}`;
}

function showPartitions(partitions) {
  const details = find('#partitions');
  details.hidden = partitions.length === 0;
  setText(details.querySelector('summary'), `${count(partitions.length)} ${partitions.length === 1 ? 'partition' : 'partitions'}`);
  const numbers = ['next_offset', 'end_offset', 'lag', 'loaded', 'duplicates', 'quarantined', 'gaps', 'lost'];
  const ofTheEnd = ['end_offset', 'lag'];
  fillTable(details.querySelector('tbody'), partitions.map(row => ({
    // A topic that was made anew has the name of the one before.
    key: `${row.cluster_id}/${row.topic_id}/${row.partition}/${row.pass}`,
    bad: row.broken,
    cells: [
      { text: row.topic, note: row.broken ? '✗ does not add up' : row.current ? '' : 'not read now' },
      String(row.partition), String(row.pass),
      ...numbers.map(name => ({ text: row[name] === null && ofTheEnd.includes(name) ? 'unknown' : count(row[name]), value: row[name] })),
      row.first_hole === null ? none : count(row.first_hole),
    ],
  })));
}

/** What to paste for a first event. Where the receiver listens, this page does not know: its usual address, on this page's machine. */
export function showEmpty(empty) {
  find('#empty').hidden = !empty;
  if (!empty) return;
  const event = {
    appId: 'demo', transactionId: 't-1', eventDetails: { agentId: 'asha@bank.example' }, eventVersion: '1.0.0', eventType: 'VCIP_CALL_STARTED',
    eventTime: new Date().toISOString(), eventId: 'trn:vkyc:0d2f7a5e-0000-4000-8000-000000000001',
  };
  setText(find('#first-event'), `curl -sS http://${location.hostname}:8080/webhooks/vkyc -H 'content-type: application/json' -d '${JSON.stringify(event)}'`);
}

/** The last figures stay, greyed, and say of when they are. */
export function showDisconnected(why, asOf) {
  showState('disconnected', `◌ ${why}`, asOf ? `figures as of ${moment(asOf)}` : 'no figures yet');
}
