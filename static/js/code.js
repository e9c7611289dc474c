// The token of a scanned code stands after # and never travels by itself: put it in the form and send it.
const form = document.querySelector("form[data-code]");

function send() {
  const token = location.hash.slice(1);
  if (!/^[A-Za-z2-7]{40,300}$/.test(token)) return;
  form.elements.asked.value = token;
  history.replaceState(null, "", location.pathname);
  form.submit();
}

if (form) {
  send();
  addEventListener("hashchange", send); // the next code, scanned into the same page
}
