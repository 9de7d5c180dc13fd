// Choosing what goes onto a list: all of a page at once, and no list without a choice.
const picks = [...document.querySelectorAll('input[name="pick"]')];
const all = document.querySelector('[data-pick-all]');
const button = document.querySelector('[data-needs-pick]');

function show() {
  const count = picks.filter((pick) => pick.checked).length;
  if (button) button.disabled = count === 0;
  if (all) {
    all.checked = count > 0 && count === picks.length;
    all.indeterminate = count > 0 && count < picks.length;
  }
}

all?.addEventListener('change', () => {
  for (const pick of picks) pick.checked = all.checked;
  show();
});
for (const pick of picks) pick.addEventListener('change', show);
show();
