/** The least that a list of machines can be: a row each, hidden where the name does not fit. */
const list = document.querySelector('#list');
const machines = await (await fetch('machines.json')).json();
const rows = machines.map(({ name, state }) => {
  const row = document.createElement('li');
  const second = document.createElement('small');
  second.textContent = state;
  row.append(name, second);
  return { row, text: name.toLowerCase() };
});
list.append(...rows.map(({ row }) => row));
document.querySelector('input').addEventListener('input', ({ target }) => {
  for (const { row, text } of rows) row.hidden = !text.includes(target.value);
});
