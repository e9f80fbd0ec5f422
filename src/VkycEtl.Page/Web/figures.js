// The figures that are shown, and when they are asked for again: at once for another choice, at leisure where only events came and an answer took long.

import { query } from './address.js';
import { daysBefore } from './funnel.js';
import { read } from './server.js';

// What took longer than this rests for ten times as long, and at most for the last.
const effortMilliseconds = 1000;
const longestRestMilliseconds = 60000;
const names = ['funnel', 'trend', 'times', 'outcomes', 'reasons', 'agents', 'slots', 'quality'];

let shown = { figures: null, choice: null, revision: null, until: 0 };
let failed = { refusal: null, choice: null, until: 0 };
let loading = null;

/** The figures that are shown; null before the first. */
export const figures = () => shown.figures;

/** What they follow from, in one word. */
export const revision = () => shown.revision;

/** Whether they stay for now, though events have come. */
export const rests = (status, state) => holds(shown, choiceOf(status, state)) && shown.revision !== revisionOf(status, state);

// What someone chose, and does not wait for.
const choiceOf = (status, state) => `${status.today} ${query(state)}`;

// What the figures follow from. The minute: moving, matured and missed follow the clock, with no event at all.
const revisionOf = (status, state) => `${status.revision} ${status.as_of.slice(0, 16)} ${choiceOf(status, state)}`;

const holds = (answer, choice) => answer.choice === choice && performance.now() < answer.until;

/**
 * Fetches what is chosen; false where it is shown already. What is still under way for another choice is given up: its caller gets an AbortError.
 * Throws the server's refusal: one of a parameter (400) every time without asking again, any other where it is not too soon to ask again.
 */
export async function loadFigures(status, state) {
  const [choice, next, begun] = [choiceOf(status, state), revisionOf(status, state), performance.now()];
  loading?.abort();
  if (holds(failed, choice)) throw failed.refusal;
  if (next === shown.revision || holds(shown, choice)) return false;
  const mine = loading = new AbortController();
  document.body.setAttribute('aria-busy', 'true');
  try {
    const answers = await fetchFigures(status, state, mine.signal);
    mine.signal.throwIfAborted();
    shown = { figures: answers, choice, revision: next, until: restedAt(begun) };
    failed = { refusal: null, choice: null, until: 0 };
    return true;
  } catch (refusal) {
    if (refusal.name !== 'AbortError') failed = { refusal, choice, until: refusal.code === 400 ? Infinity : restedAt(begun) };
    throw refusal;
  } finally {
    if (mine === loading) document.body.removeAttribute('aria-busy');
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
function restedAt(begun) {
  const ended = performance.now();
  return ended - begun < effortMilliseconds ? ended : ended + Math.min(longestRestMilliseconds, 10 * (ended - begun));
}
