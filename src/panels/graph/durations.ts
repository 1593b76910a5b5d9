/** Minutes of work as a person says them: "45 min", "2 h", "1 h 30 min". */
export function minutesText(minutes: number): string {
  const whole = Math.round(minutes);
  const hours = Math.floor(whole / 60);
  const rest = whole % 60;
  if (hours === 0) return `${rest} min`;
  return rest === 0 || hours >= 100 ? `${hours} h` : `${hours} h ${rest} min`;
}

const words = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const numbers = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** "fourth of five", "12 of 30" */
export function placeOf(place: number, count: number): string {
  const word = words[place - 1];
  const number = numbers[count - 1];
  return word === undefined || number === undefined ? `${place} of ${count}` : `${word} of ${number}`;
}
