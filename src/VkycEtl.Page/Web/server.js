// Asking the server: JSON, or its own words about why not.

import { find } from './cells.js';

const answerMilliseconds = 15000;

/** A server's answer that is no figure: its own words, and its status (0: no answer at all). */
export class Refusal extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** The JSON at an address. A token that is needed is asked for. */
export async function read(address, signal) {
  const patience = AbortSignal.timeout(answerMilliseconds);
  try {
    const answer = await fetch(address, { signal: signal ? AbortSignal.any([signal, patience]) : patience, headers: { accept: 'application/json' } });
    if (answer.status === 401) askForToken();
    else closeLogin();
    if (answer.ok) return await answer.json();
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

// Once, until an answer comes: whoever puts the form away reads what stands here, until the page is loaded again.
let isAsked = false;

function askForToken() {
  if (isAsked) return;
  isAsked = true;
  const dialog = find('#login');
  dialog.querySelector('form').action = `/login${location.search}`;
  if (!dialog.open) dialog.showModal();
}

function closeLogin() {
  isAsked = false;
  if (find('#login').open) find('#login').close();
}
