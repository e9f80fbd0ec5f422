// The figures that are shown, and when they are asked for again: at once for another choice, at leisure where only events came and an answer took long.

import { query } from './address.js';
import { daysBefore } from './funnel.js';
import { read } from './server.js';

// What took longer than the first rests for ten times as long: an answer at most for the second, a failure at most for the third.
const effortMilliseconds = 1000;
const longestRestMilliseconds = 60000;
const longestRestAfterFailureMilliseconds = 15000;
const names = ['funnel', 'trend', 'times', 'outcomes', 'reasons', 'agents', 'slots', 'quality'];

let shown = { figures: null, state: null, choice: null, revision: null, until: 0 };
let failed = { refusal: null, choice: null, until: 0 };
let loading = null;

/** The figures that are shown; null before the first. */
export const figures = () => shown.figures;

/** What they follow from, in one word. */
export const revision = () => shown.revision;

/** The state that they are of; how they are counted is chosen without asking for others. */
export const stateShown = state => ({ ...shown.state, rule: state.rule });

/** Whether anything is on its way. */
export const areLoading = () => loading !== null;

/** Whether they are of another choice than this: that one is on its way, or was refused. */
export const differ = state => shown.state !== null && String(query(shown.state)) !== String(query(state));

/** Whether they stay for now, though events have come. */
export const rest = (status, state) => holds(shown, choiceOf(status, state)) && shown.revision !== revisionOf(status, state);

// What someone chose, and does not wait for.
const choiceOf = (status, state) => `${status.today} ${query(state)}`;

// What the figures follow from. The minute: moving, matured and missed follow the clock, with no event at all.
const revisionOf = (status, state) => `${status.revision} ${status.as_of.slice(0, 16)} ${choiceOf(status, state)}`;

const holds = (answer, choice) => answer.choice === choice && performance.now() < answer.until;

/**
 * Fetches what is chosen; false where it is shown already. What is on its way for this choice is waited for, what is on its way for another is given
 * up: its caller gets an AbortError. Throws the server's refusal: one of a parameter (400) every time without asking again, any other where it is not
 * too soon to ask again.
 */
export async function loadFigures(status, state) {
  const choice = choiceOf(status, state);
  if (loading?.choice === choice) return loading.answer;
  loading?.controller.abort();
  settle();
  if (holds(failed, choice)) throw failed.refusal;
  if (shown.revision === revisionOf(status, state) || holds(shown, choice)) return false;
  loading = { choice, controller: new AbortController(), answer: null };
  document.body.setAttribute('aria-busy', 'true');
  return loading.answer = load(loading, status, state);
}

function settle() {
  loading = null;
  document.body.removeAttribute('aria-busy');
}

async function load(mine, status, state) {
  const [{ choice, controller: { signal } }, begun] = [mine, performance.now()];
  try {
    const answers = await fetchFigures(status, state, signal);
    signal.throwIfAborted();
    shown = { figures: answers, state, choice, revision: revisionOf(status, state), until: restedAt(begun, longestRestMilliseconds) };
    failed = { refusal: null, choice: null, until: 0 };
    return true;
  } catch (refusal) {
    if (refusal.name !== 'AbortError') failed = { refusal, choice, until: refusal.code === 400 ? Infinity : restedAt(begun, longestRestAfterFailureMilliseconds) };
    throw refusal;
  } finally {
    if (mine === loading) settle();
  }
}

async function fetchFigures(status, state, signal) {
  const figure = (name, days) => read(`/api/figures/${name}?${query(state, days)}`, signal);
  const [twoDays, ...answers] = await Promise.all([figure('trend', { days: 2 }), ...names.map(name => figure(name))]);
  const got = Object.fromEntries(names.map((name, place) => [name, answers[place]]));
  const days = daysBefore(got.trend.from, got.trend.to, status.today);
  return { ...got, twoDays, before: days ? await figure('trend', days) : null };
}

/** When an answer that was asked for then, and is there now, has rested. */
function restedAt(begun, longest) {
  const ended = performance.now();
  return ended - begun < effortMilliseconds ? ended : ended + Math.min(longest, 10 * (ended - begun));
}
