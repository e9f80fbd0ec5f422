// The page's one loop: the address says what to show, the status says whether it has changed, the figures are fetched and patched in.

import { query, readAddress, writeAddress } from './address.js';
import { find, make, setText, toggleFold } from './cells.js';
import { moreOfList, showList, showTransaction } from './drilldown.js';
import { areLoading, differ, figures, loadFigures, rest, revision, stateShown } from './figures.js';
import { showFunnel, showTiles } from './funnel.js';
import { showAgents, showOutcomes, showQuality, showSlots, showTimes } from './panels.js';
import { judge, showDisconnected, showEmpty, showPipeline, showState } from './pipeline.js';
import { Refusal, read } from './server.js';
import { loadCharts, showTrend, toggleTable } from './trend.js';
import { clock, useToday, useZone } from './words.js';

const pollMilliseconds = 5000;
const form = find('#filter-form');

let state = readAddress(location.search);
let status = null;
let timer = null;
let latest = 0;
let wished = null;
let tellZone = null;
const zoneTold = new Promise(resolve => { tellZone = resolve; });

/** Asks for the status, and for the figures where they changed; then again in a while, as long as someone looks. A later one takes an earlier one's place. */
async function poll() {
  const mine = ++latest;
  clearTimeout(timer);
  try {
    const answer = await read('/api/status');
    if (mine !== latest) return;
    status = answer;
    useZone(status.zone);
    useToday(status.today);
    tellZone();
    const verdict = judge(status);
    showPipeline(status);
    showEmpty(verdict.state === 'empty');
    for (const app of status.apps) offer(form.elements.app, app, app);
    await refresh(mine);
    const held = rest(status, state) ? `figures as of ${clock(figures().funnel.as_of)}` : '';
    if (mine === latest) showState(verdict.state, verdict.words, [verdict.age, held].filter(Boolean).join(', '));
  } catch (refused) {
    if (!(refused instanceof Refusal) && refused.name !== 'AbortError') throw refused;
    if (mine !== latest) return;
    wished = null;
    showTrouble('');
    showDisconnected(refused.code === 401 ? 'a token is needed' : refused.code === 0 ? 'disconnected' : refused.message, figures()?.funnel.as_of);
  } finally {
    if (mine === latest && !document.hidden) timer = setTimeout(poll, pollMilliseconds);
  }
}

/** Draws what is chosen once it is there. Where the server refuses a parameter, it names it, and what stands on the page stays. */
async function refresh(mine) {
  let trouble = '';
  try {
    if (await loadFigures(status, state)) showFigures();
  } catch (refused) {
    if (refused.code !== 400 || mine !== latest) throw refused;
    trouble = refused.message;
  }

  if (mine !== latest) return;
  showTrouble(trouble);
  if (trouble) wished = null;
  else if (wished !== null && !differ(state)) go({ list: wished });
}

/** Draws the figures that are there, with the words and links of the choice that they are of. */
function showFigures() {
  const [all, of] = [{ ...figures(), status }, stateShown(state)];
  showTiles(all, of);
  showFunnel(all, of);
  showTrend(all);
  showTimes(all);
  showOutcomes(all);
  showAgents(all);
  showSlots(all, of);
  showQuality(all, of);
  // The rest is of everyone, and says so where the page shows fewer.
  const aside = of.cohort === 'any' ? '' : 'Of any entry: the cohort is for the funnel and the trend';
  for (const name of ['times', 'outcomes', 'reasons', 'agents', 'slots', 'quality']) find(`#${name}-title`).title = aside;
  for (const links of document.querySelectorAll('[data-figure]')) showLinks(links, of);
  document.body.dataset.shown = revision();
  markOther();
}

/** Figures of another choice than the controls say are pale. */
function markOther() {
  document.body.toggleAttribute('data-other', differ(state));
}

/** The query behind a figure, as it runs, and its rows as a file. */
function showLinks(links, of) {
  const name = links.dataset.figure;
  let [sql, csv] = links.querySelectorAll('a');
  if (!sql) {
    sql = make('a', 'SQL', { target: '_blank', rel: 'noopener' });
    csv = make('a', 'CSV', { download: `${name}.csv` });
    sql.setAttribute('aria-label', `SQL of ${name}`);
    csv.setAttribute('aria-label', `CSV of ${name}`);
    links.append(sql, csv);
  }

  sql.href = `/api/figures/${name}.sql?${query(of)}`;
  csv.href = `/api/figures/${name}.csv?${query(of)}`;
}

function showTrouble(words) {
  const trouble = find('#trouble');
  trouble.hidden = !words;
  setText(trouble.querySelector('span'), words && `${words}.${figures() ? ' What stands here is of the choice before.' : ''}`);
  document.body.toggleAttribute('data-blank', Boolean(words) && !figures());
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
  if (String(query(next)) !== String(query(state))) showTrouble('');
  [state, wished] = [next, null];
  showFilters();
  markOther();
  if (figures() && ruled) showFigures();
  await Promise.all([poll(), showDialogs()]);
}

/** What the address opens on top, once it is known in which zone its times are. */
async function showDialogs() {
  await zoneTold;
  await Promise.all([showList(state), showTransaction(state)]);
}

function choose() {
  const chosen = Object.fromEntries(new FormData(form));
  const range = chosen.days === 'range';
  find('#filter-range').hidden = !range;
  if (range && !(chosen.from && chosen.to)) {
    // A range starts as what is shown, to be narrowed.
    form.elements.from.value ||= figures()?.funnel.from ?? '';
    form.elements.to.value ||= figures()?.funnel.to ?? '';
  }

  const { from, to } = form.elements;
  if (range && !(from.value && to.value)) return;
  go({
    app: chosen.app, cohort: chosen.cohort, rule: chosen.rule,
    ...(range ? { from: from.value, to: to.value, days: '14' } : { days: chosen.days, from: '', to: '' }),
  });
}

/** A number that is about to change opens its list once it has. */
function openList(list) {
  if (differ(state) && areLoading()) wished = list;
  else go({ list });
}

function press(event) {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.list !== undefined) openList(button.dataset.list);
  else if (button.dataset.transaction !== undefined) go({ tx: button.dataset.transaction });
  else if (button.dataset.more !== undefined) {
    toggleFold(button.dataset.more);
    showFigures();
  } else if (button.id === 'list-more') moreOfList(state);
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
