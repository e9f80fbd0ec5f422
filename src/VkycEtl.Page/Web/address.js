// The address is the page's whole state: what is chosen, and which list or transaction is open. Reload, Back and a pasted link show the same.

const defaults = { app: '', days: '14', from: '', to: '', cohort: 'any', rule: 'open', list: '', tx: '' };

/** What an address chooses; values are taken as they stand, the server judges them. */
export function readAddress(search) {
  const given = new URLSearchParams(search);
  const state = Object.fromEntries(Object.entries(defaults).map(([name, usual]) => [name, given.get(name) || usual]));
  if (state.rule !== 'strict') state.rule = 'open';
  return state;
}

/** The address of a state: only what is not as usual; a range stands instead of the days. */
export function writeAddress(state) {
  const parameters = new URLSearchParams();
  for (const [name, usual] of Object.entries(defaults)) {
    const unused = state.from || state.to ? name === 'days' : false;
    if (state[name] !== usual && !unused) parameters.set(name, state[name]);
  }

  const text = parameters.toString();
  return text ? `?${text}` : location.pathname;
}

/** The parameters that the server takes for a state's figures; `instead` replaces the days. */
export function query(state, instead) {
  const parameters = new URLSearchParams();
  if (state.app) parameters.set('app', state.app);
  const days = instead ?? (state.from || state.to ? { from: state.from, to: state.to } : { days: state.days });
  for (const [name, value] of Object.entries(days)) parameters.set(name, value);
  parameters.set('cohort', state.cohort);
  return parameters;
}

/** A transaction as one parameter: app and id, each escaped, so that any text may stand in them. */
export const transactionParameter = (app, id) => `${encodeURIComponent(app)}/${encodeURIComponent(id)}`;

/** The app and id of such a parameter; null where a text names none. */
export function readTransactionParameter(text) {
  try {
    const parts = text.split('/').map(decodeURIComponent);
    return parts.length === 2 && parts.every(Boolean) ? { app: parts[0], id: parts[1] } : null;
  } catch (malformed) {
    if (!(malformed instanceof URIError)) throw malformed;
    return null;
  }
}
