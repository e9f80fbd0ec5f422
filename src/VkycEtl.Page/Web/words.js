// How numbers, days and times read. NULL is never a number: it is "–" here, and words where the figure knows why.

const integers = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

export const none = '–';

export const count = n => n === null || n === undefined ? none : integers.format(n);

/** A fraction between 0 and 1 as percent. */
export const percent = rate => rate === null || rate === undefined ? none : `${(rate * 100).toFixed(1)} %`;

/** A ratio, null over a denominator of 0 or an unknown part. */
export const ratio = (part, whole) => part === null || part === undefined || !whole ? null : part / whole;

/** Seconds, in the two greatest units. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return none;
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(whole, 60, 'm', 1, 's');
  if (whole < 86400) return pair(whole, 3600, 'h', 60, 'm');
  return pair(whole, 86400, 'd', 3600, 'h');
}

function pair(seconds, great, greatUnit, small, smallUnit) {
  const rest = Math.floor((seconds % great) / small);
  const head = `${integers.format(Math.floor(seconds / great))} ${greatUnit}`;
  return rest === 0 ? head : `${head} ${String(rest).padStart(2, '0')} ${smallUnit}`;
}

/** Seconds where there is little room: 2:31 (minutes), 6.2 h, 1.4 d. */
export function brief(seconds) {
  if (seconds === null || seconds === undefined) return none;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
  return whole < 86400 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86400).toFixed(1)} d`;
}

/** A setting's span: whole hours as hours, up to three days. */
export const span = seconds => seconds % 3600 === 0 && seconds <= 259200 ? `${seconds / 3600} h` : duration(seconds);

/** Seconds in the greatest unit alone: how old something is. */
export function age(seconds) {
  if (seconds === null || seconds === undefined) return none;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h`;
  return `${integers.format(Math.floor(whole / 86400))} d`;
}

export const secondsBetween = (earlier, later) => earlier && later ? (Date.parse(later) - Date.parse(earlier)) / 1000 : null;

const dayNumber = day => Date.UTC(...day.split('-').map((part, at) => at === 1 ? part - 1 : Number(part))) / 86400000;

/** A day some days later (or earlier), as yyyy-mm-dd. */
export const addDays = (day, days) => new Date((dayNumber(day) + days) * 86400000).toISOString().slice(0, 10);

export const daysBetween = (first, last) => dayNumber(last) - dayNumber(first);

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

let today = '';

/** The reporting day that is not over: days of its year go without the year. */
export function useToday(day) {
  today = day;
}

export function dayName(day) {
  const [year, month, date] = day.split('-').map(Number);
  return `${date} ${months[month - 1]}${day.slice(0, 4) === today.slice(0, 4) ? '' : ` ${year}`}`;
}

export function rangeName(first, last) {
  if (first === last) return dayName(first);
  return first.slice(0, 7) === last.slice(0, 7) ? `${Number(first.slice(8))}–${dayName(last)}` : `${dayName(first)} – ${dayName(last)}`;
}

let zone = 'UTC';
let times = clockOf('UTC');

/** The reporting zone, in which every time is shown. A zone that this browser does not know is UTC, and said so. */
export function useZone(name) {
  if (name === zone) return;
  try {
    times = clockOf(name);
  } catch (unknown) {
    if (!(unknown instanceof RangeError)) throw unknown;
    times = clockOf('UTC');
    name = `UTC (this browser does not know ${name})`;
  }

  zone = name;
}

export const zoneName = () => zone;

function clockOf(timeZone) {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  });
}

const parts = text => Object.fromEntries(times.formatToParts(new Date(text)).map(part => [part.type, part.value]));

/** A moment in the reporting zone: 2026-11-25 14:20:05. */
export function moment(text) {
  if (!text) return none;
  const at = parts(text);
  return `${at.year}-${at.month}-${at.day} ${at.hour}:${at.minute}:${at.second}`;
}

/** Seconds since a day was over, at a moment; below 0 while it is not. */
export function secondsSinceDay(day, text) {
  const at = parts(text);
  return (daysBetween(day, `${at.year}-${at.month}-${at.day}`) - 1) * 86400 + at.hour * 3600 + at.minute * 60 + Number(at.second);
}

/** Its time of day alone: 14:20. */
export function clock(text) {
  const at = parts(text);
  return `${at.hour}:${at.minute}`;
}
