// The page's one loop: the address says what to show, the status says whether it has changed, the figures are fetched and patched in.

import { query, readAddress, writeAddress } from './address.js';
import { find, make, setText, toggleFold } from './cells.js';
import { moreOfList, showList, showTransaction } from './drilldown.js';
import { daysBefore, showFunnel, showTiles } from './funnel.js';
import { showAgents, showOutcomes, showQuality, showSlots, showTimes } from './panels.js';
import { judge, showDisconnected, showEmpty, showPipeline, showState } from './pipeline.js';
import { loadCharts, showTrend, toggleTable } from './trend.js';
import { clock, useToday, useZone } from './words.js';

const pollMilliseconds = 5000;
const answerMilliseconds = 15000;
// Figures that took longer than this are asked for again, where only events have come, after ten times as long: at the latest after the last.
const effortMilliseconds = 1000;
const longestRestMilliseconds = 60000;
const figureNames = ['funnel', 'trend', 'times', 'outcomes', 'reasons', 'agents', 'slots', 'quality'];
const form = find('#filter-form');

let state = readAddress(location.search);
let status = null;
let figures = null;
let shownFor = null;
let refusedFor = null;
let chosenFor = null;
let failedFor = null;
let failure = null;
let restUntil = 0;
let loading = null;
let timer = null;
let tellZone = null;
const zoneTold = new Promise(resolve => { tellZone = resolve; });

/** A server's answer that is no figure: its own words, and its status (0: no answer at all). */
class Refusal extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

async function read(address, signal) {
  const patience = AbortSignal.timeout(answerMilliseconds);
  try {
    const answer = await fetch(address, { signal: signal ? AbortSignal.any([signal, patience]) : patience, headers: { accept: 'application/json' } });
    if (answer.ok) return await answer.json();
    if (answer.status === 401) askForToken();
    throw new Refusal(await wordsOf(answer), answer.status);
  } catch (unreachable) {
    if (unreachable instanceof Refusal || unreachable.name === 'AbortError') throw unreachable;
    throw new Refusal('the server does not answer', 0);
  }
}

async function wordsOf(answer) {
  const type = answer.headers.get('content-type') ?? '';
  if (!type.includes('json')) return `the server answers ${answer.status}`;
  const problem = await answer.json();
  return problem.detail ?? problem.title ?? `the server answers ${answer.status}`;
}

function askForToken() {
  const dialog = find('#login');
  if (!dialog.open) dialog.showModal();
}

/** Asks for the status, and for the figures where they changed; then again in a while, as long as someone looks. */
async function poll() {
  clearTimeout(timer);
  try {
    status = await read('/api/status');
    useZone(status.zone);
    useToday(status.today);
    tellZone();
    const verdict = judge(status);
    showPipeline(status);
    showEmpty(verdict.state === 'empty');
    for (const app of status.apps) offer(form.elements.app, app, app);
    await loadFigures();
    const held = rests(chosenFor) && wanted() !== shownFor ? `figures as of ${clock(figures.funnel.as_of)}` : '';
    showState(verdict.state, verdict.words, [verdict.age, held].filter(Boolean).join(', '));
  } catch (refused) {
    if (!(refused instanceof Refusal)) throw refused;
    showDisconnected(refused.code === 401 ? 'a token is needed' : refused.code === 0 ? 'disconnected' : refused.message, figures?.funnel.as_of);
  } finally {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(poll, pollMilliseconds);
  }
}

/** What the figures follow from. The minute: moving, matured and missed follow the clock, with no event at all. */
const wanted = () => `${status.revision} ${status.as_of.slice(0, 16)} ${status.today} ${query(state)}`;

/** The part of it that someone chose, and does not wait for. */
const chosen = () => `${status.today} ${query(state)}`;

const rests = choice => choice === chosen() && performance.now() < restUntil;

/** Rests after an effort that began then. */
function rest(begun) {
  const ended = performance.now();
  restUntil = ended - begun < effortMilliseconds ? ended : ended + Math.min(longestRestMilliseconds, 10 * (ended - begun));
}

/** Fetches what the address asks for, unless it is shown already. A newer choice overtakes an older one that is still under way. */
async function loadFigures() {
  const [next, choice, begun] = [wanted(), chosen(), performance.now()];
  if (query(state).toString() === refusedFor) return;
  if (rests(failedFor)) throw failure;
  loading?.abort();
  if (next === shownFor || rests(chosenFor)) {
    showTrouble('');
    return;
  }

  const mine = loading = new AbortController();
  document.body.setAttribute('aria-busy', 'true');
  try {
    const answers = await fetchFigures(mine.signal);
    if (mine !== loading || mine.signal.aborted) return;
    figures = answers;
    [shownFor, chosenFor, refusedFor, failedFor] = [next, choice, null, null];
    rest(begun);
    showTrouble('');
    showFigures();
  } catch (refused) {
    if (refused.name === 'AbortError') return;
    if (!(refused instanceof Refusal) || refused.code !== 400) {
      [failedFor, failure] = [choice, refused];
      rest(begun);
      throw refused;
    }

    // A parameter that is not one: the server names it, what stands on the page stays, and asking again would not help.
    refusedFor = query(state).toString();
    showTrouble(refused.message);
  } finally {
    if (mine === loading) document.body.removeAttribute('aria-busy');
  }
}

async function fetchFigures(signal) {
  const figure = (name, days) => read(`/api/figures/${name}?${query(state, days)}`, signal);
  const [twoDays, ...answers] = await Promise.all([figure('trend', { days: 2 }), ...figureNames.map(name => figure(name))]);
  const got = Object.fromEntries(figureNames.map((name, place) => [name, answers[place]]));
  const days = daysBefore(got.trend.from, got.trend.to, status.today);
  return { ...got, twoDays, before: days ? await figure('trend', days) : null };
}

function showFigures() {
  const all = { ...figures, status };
  showTiles(all, state);
  showFunnel(all, state);
  showTrend(all);
  showTimes(all);
  showOutcomes(all);
  showAgents(all);
  showSlots(all, state);
  showQuality(all, state);
  // The rest is of everyone, and says so where the page shows fewer.
  const aside = state.cohort === 'any' ? '' : 'Of any entry: the cohort is for the funnel and the trend';
  for (const name of ['times', 'outcomes', 'reasons', 'agents', 'slots', 'quality']) find(`#${name}-title`).title = aside;
  for (const links of document.querySelectorAll('[data-figure]')) showLinks(links);
  document.body.dataset.shown = shownFor;
}

/** The query behind a figure, as it runs, and its rows as a file. */
function showLinks(links) {
  const name = links.dataset.figure;
  let [sql, csv] = links.querySelectorAll('a');
  if (!sql) {
    sql = make('a', 'SQL', { target: '_blank', rel: 'noopener' });
    csv = make('a', 'CSV', { download: `${name}.csv` });
    sql.setAttribute('aria-label', `SQL of ${name}`);
    csv.setAttribute('aria-label', `CSV of ${name}`);
    links.append(sql, csv);
  }

  sql.href = `/api/figures/${name}.sql?${query(state)}`;
  csv.href = `/api/figures/${name}.csv?${query(state)}`;
}

function showTrouble(words) {
  const trouble = find('#trouble');
  trouble.hidden = !words;
  setText(trouble.querySelector('span'), words && `${words}.`);
  document.body.toggleAttribute('data-blank', Boolean(words) && !figures);
}

/** The controls say what the address says; what it names and the controls do not know becomes a choice of its own. */
function showFilters() {
  offer(form.elements.app, state.app, state.app);
  offer(form.elements.days, state.days, Number(state.days) > 0 ? `Last ${state.days} days` : state.days);
  const range = Boolean(state.from || state.to);
  find('#filter-range').hidden = !range;
  for (const name of ['app', 'cohort', 'rule', 'from', 'to']) form.elements[name].value = state[name];
  form.elements.days.value = range ? 'range' : state.days;
  setText(find('#filters-chosen'), [state.app || 'all apps', range ? `${state.from} – ${state.to}` : `${state.days} days`, state.cohort, state.rule].join(' · '));
}

function offer(select, value, text) {
  if (![...select.options].some(option => option.value === value)) select.append(make('option', text, { value }));
}

/** Goes to another state: into the address, so that Back leads out of it again. */
function go(change) {
  const next = { ...state, ...change };
  if (writeAddress(next) === writeAddress(state)) return;
  history.pushState(null, '', writeAddress(next));
  arrive(next);
}

async function arrive(next) {
  const ruled = next.rule !== state.rule;
  state = next;
  showFilters();
  if (figures && ruled) showFigures();
  await Promise.all([poll(), showDialogs()]);
}

/** What the address opens on top, once it is known in which zone its times are. */
async function showDialogs() {
  await zoneTold;
  await Promise.all([showList(state, read), showTransaction(state, read)]);
}

function choose() {
  const chosen = Object.fromEntries(new FormData(form));
  const range = chosen.days === 'range';
  find('#filter-range').hidden = !range;
  if (range && !(chosen.from && chosen.to)) {
    // A range starts as what is shown, to be narrowed.
    form.elements.from.value ||= figures?.funnel.from ?? '';
    form.elements.to.value ||= figures?.funnel.to ?? '';
  }

  const { from, to } = form.elements;
  if (range && !(from.value && to.value)) return;
  go({
    app: chosen.app, cohort: chosen.cohort, rule: chosen.rule,
    ...(range ? { from: from.value, to: to.value, days: '14' } : { days: chosen.days, from: '', to: '' }),
  });
}

function press(event) {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.list !== undefined) go({ list: button.dataset.list });
  else if (button.dataset.transaction !== undefined) go({ tx: button.dataset.transaction });
  else if (button.dataset.more !== undefined) {
    toggleFold(button.dataset.more);
    showFigures();
  } else if (button.id === 'list-more') moreOfList(state, read);
  else if (button.id === 'trend-as-table') toggleTable(find('#trend-table').hidden);
}

form.addEventListener('change', choose);
form.addEventListener('submit', event => event.preventDefault());
document.addEventListener('click', press);
find('#list').addEventListener('close', () => go({ list: '' }));
find('#transaction').addEventListener('close', () => go({ tx: '' }));
addEventListener('popstate', () => arrive(readAddress(location.search)));
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) poll();
});

// A phone folds the filters away; elsewhere they are a bar that is always open.
const phone = matchMedia('(max-width: 760px)');
const foldFilters = () => { find('#filters').open = !phone.matches; };
phone.addEventListener('change', foldFilters);
foldFilters();

showFilters();
await arrive(state);
loadCharts();
