// What every page may need. All of it can be missing: the pages work without.
(function () {
  "use strict";

  function busy(form, yes) {
    form.dataset.busy = yes ? "1" : "";
    form.querySelectorAll("button").forEach(function (button) {
      if (yes) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    });
  }

  function show(trouble) {
    document.querySelectorAll("#connection [data-when]").forEach(function (notice) {
      notice.hidden = notice.dataset.when !== trouble;
    });
  }

  function focusErrors(within) {
    var summary = within.querySelector(".error-summary");
    if (summary) summary.focus();
  }

  // A disabled button would not be sent, nor keep the focus: the second click is stopped instead.
  document.addEventListener("submit", function (event) {
    if (!event.target.dataset.busy) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    busy(form, true);
    // Whoever stops the loading can send again; a slow upload is not cut by a second one.
    setTimeout(busy, form.enctype === "multipart/form-data" ? 120000 : 10000, form, false);
  });
  addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-busy]").forEach(function (form) {
      busy(form, false);
    });
  });

  document.addEventListener("click", function (event) {
    var target = event.target.closest("[data-print], [data-reveal], .error-summary a");
    if (!target) return;
    if ("print" in target.dataset) print();
    else if (target.dataset.reveal) reveal(target);
    else goToField(event, target);
  });

  function reveal(button) {
    var input = document.getElementById(button.dataset.reveal);
    var word = button.firstElementChild;
    var hidden = input.type === "password";
    button.dataset.show = button.dataset.show || word.textContent;
    input.type = hidden ? "text" : "password";
    word.textContent = hidden ? button.dataset.hide : button.dataset.show;
  }

  function goToField(event, link) {
    var place = document.getElementById(link.hash.slice(1));
    if (!place) return;
    var input = place.matches("input, select, textarea") ? place : place.querySelector("input, select, textarea");
    event.preventDefault();
    (place.closest(".field") || place).scrollIntoView();
    if (input) input.focus({ preventScroll: true });
  }

  // htmx: what a person has typed is never overwritten, and no failure stays silent.
  function filled(input) {
    if (/^(hidden|submit|button)$/.test(input.type)) return false;
    if (input === document.activeElement) return true;
    if (/^(radio|checkbox)$/.test(input.type)) return input.checked;
    return input.value !== "";
  }
  document.addEventListener("htmx:oobBeforeSwap", function (event) {
    var inputs = event.detail.target.querySelectorAll("input, select, textarea");
    if (Array.from(inputs).some(filled)) event.preventDefault();
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.target.matches("form[hx-post]")) busy(event.target, true);
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.target.matches("form")) busy(event.target, false);
    if (/^([23]..|409|422)$/.test(event.detail.xhr.status)) show("");
  });
  document.addEventListener("htmx:sendError", function () {
    show(navigator.onLine ? "network" : "offline");
  });
  document.addEventListener("htmx:timeout", function () {
    show("network");
  });
  document.addEventListener("htmx:responseError", function () {
    show("server");
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.requestConfig && event.detail.requestConfig.verb === "post") focusErrors(event.target);
  });

  addEventListener("offline", function () {
    show("offline");
  });
  addEventListener("online", function () {
    show("");
  });

  document.querySelectorAll("[data-reveal], [data-scripted]").forEach(function (element) {
    element.hidden = false;
  });
  if (!navigator.onLine) show("offline");
  focusErrors(document);
})();
