// Photographs of a form: judged before anything is sent, then sent in parts, through lost networks.
// What the parts are: kyc/uploads.py. Nothing is kept in the browser. Without this, the form goes.
(function () {
  "use strict";

  const words = document.querySelector("template[data-capture]");
  if (!words || !self.picture || !self.DataTransfer || !self.AbortController) return;

  const form = words.closest("form"), data = words.dataset;
  const inParts = self.crypto && crypto.subtle; // only where the page came by https
  const SMALLEST = 8192, LARGEST = 131072; // bytes of a part
  const PATIENCE = 60000, LONGEST_REST = 15000; // milliseconds
  const FAILURES = 5; // answers that make no sense, before the form goes as it would without us
  const jobs = [];
  let line = Promise.resolve(); // one photograph at a time: the network is thin
  let leaving = false;

  form.querySelectorAll("input[type=file]").forEach(function (input) {
    const parts = words.content.cloneNode(true);
    const job = {
      input, turn: 0, state: "",
      notice: parts.querySelector(".notice"),
      said: parts.querySelector("[role=status]"),
      bar: parts.querySelector("progress"),
      shown: parts.querySelector("canvas"),
    };
    job.notice.id = input.id + "-verdict";
    job.notice.querySelector("[data-again]").addEventListener("click", function () {
      input.value = "";
      input.click();
    });
    job.notice.querySelector("[data-anyway]").addEventListener("click", function () {
      say(job, "sending"); // before the button is gone: the focus must not be lost
      input.focus();
      send(job);
    });
    input.after(parts);
    input.addEventListener("change", function () {
      choose(job);
    });
    jobs.push(job);
  });

  function say(job, state) {
    job.state = state;
    job.said.textContent = data[state] || "";
    job.said.className = state === "refused" ? "error" : "";
    job.notice.hidden = state !== "asked";
    job.bar.hidden = state !== "sending" && state !== "lost";
  }

  async function choose(job) {
    const turn = ++job.turn, file = job.input.files[0];
    if (job.stop) job.stop.abort();
    job.shown.hidden = true;
    say(job, file ? "judging" : "");
    if (!file) return;
    const opened = await picture.open(file, !data.faces.split(" ").includes(job.input.name));
    if (turn !== job.turn) return;
    job.take = opened ? opened.small : async () => file;
    if (opened) {
      opened.show(job.shown);
      job.shown.hidden = false;
    }
    if (opened && opened.verdict) ask(job, opened.verdict);
    else send(job);
  }

  function ask(job, verdict) {
    job.notice.querySelectorAll("[data-reason]").forEach(function (reason) {
      reason.hidden = reason.dataset.reason.indexOf(verdict) < 0;
    });
    leaving = false;
    say(job, "asked");
    job.notice.focus();
  }

  async function send(job) {
    const turn = job.turn;
    say(job, "sending");
    job.bar.value = 0;
    const blob = await job.take();
    if (turn !== job.turn) return;
    if (!inParts) return put(job, blob, "chosen");
    line = line.then(() => upload(job, blob, turn)).catch(() => put(job, blob, "plain"));
  }

  // Let the form send it.
  function put(job, blob, state) {
    const files = new DataTransfer();
    files.items.add(new File([blob], job.input.files[0].name, { type: blob.type }));
    job.input.files = files.files;
    finish(job, state);
  }

  function finish(job, state) {
    say(job, state);
    forgive(job.input);
    if (leaving && !jobs.some(isBusy)) form.querySelector("button:not([type=button])").click();
  }

  // What the page said of a photograph that was missing is no longer so.
  function forgive(input) {
    const error = document.getElementById(input.id + "_error");
    const link = document.querySelector('.error-summary a[href="#' + input.id + '"]');
    if (error) error.remove();
    input.closest(".field").classList.remove("invalid");
    input.removeAttribute("aria-invalid");
    if (!link) return;
    const summary = link.closest(".error-summary");
    link.closest("li").remove();
    if (!summary.querySelector("li")) summary.remove();
  }

  function isBusy(job) {
    return /^(judging|sending|lost)$/.test(job.state);
  }

  async function upload(job, blob, turn) {
    const bytes = await new Response(blob).arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const name = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const url = data.to + job.input.name + "/" + name + "/";
    let start = -1, size = 4 * SMALLEST, rest = 1000, failures = 0;
    while (turn === job.turn) {
      const part = start < 0 ? null : blob.slice(start, start + size);
      const began = Date.now();
      let answer;
      try {
        answer = await request(job, url, start, part, blob.size);
        if (answer.status > 499 && ++failures > FAILURES) throw new Error(answer.status);
      } catch (lost) {
        if (failures > FAILURES) throw lost;
        answer = { status: 500 };
      }
      if (turn !== job.turn) return;
      if (answer.status > 499) {
        start = -1; // how much of it arrived, the service knows
        say(job, "lost");
        await pause(rest);
        rest = Math.min(2 * rest, LONGEST_REST);
        continue;
      }
      if (answer.type === "opaqueredirect") return location.reload(); // to sign in again
      if (answer.status === 422) return refuse(job, (await answer.json()).message);
      if (!answer.ok && answer.status !== 409) throw new Error(answer.status);
      if (answer.headers.get("Upload-Complete")) {
        job.input.value = "";
        return finish(job, "done");
      }
      start = Number(answer.headers.get("Upload-Offset"));
      if (answer.status === 409 && start === blob.size) await pause(2000); // it is being opened
      if (job.state === "lost") say(job, "sending");
      job.bar.value = (100 * start) / blob.size;
      rest = 1000;
      const took = Date.now() - began;
      if (part && took < 1500) size = Math.min(2 * size, LARGEST);
      if (part && took > 6000) size = Math.max(size / 2, SMALLEST);
    }
  }

  function request(job, url, start, part, length) {
    const headers = { "Tus-Resumable": "1.0.0" };
    if (part) {
      headers["X-CSRFToken"] = form.elements.csrfmiddlewaretoken.value;
      headers["Content-Type"] = "application/offset+octet-stream";
      headers["Upload-Offset"] = start;
      headers["Upload-Length"] = length;
    }
    job.stop = new AbortController();
    const clock = setTimeout(() => job.stop.abort(), PATIENCE);
    return fetch(url, {
      method: part ? "PATCH" : "HEAD", body: part || undefined, headers,
      credentials: "same-origin", cache: "no-store", redirect: "manual", signal: job.stop.signal,
    }).finally(() => clearTimeout(clock));
  }

  function pause(milliseconds) {
    return new Promise(function (go) {
      setTimeout(go, milliseconds);
      addEventListener("online", go, { once: true });
    });
  }

  function refuse(job, message) {
    leaving = false;
    say(job, "refused");
    job.said.textContent = message;
    job.shown.hidden = true;
    job.input.value = "";
  }

  form.addEventListener("submit", function (event) {
    const asked = jobs.find((job) => job.state === "asked");
    if (asked) {
      event.preventDefault();
      asked.notice.focus();
    } else if (jobs.some(isBusy)) {
      event.preventDefault();
      leaving = true;
      jobs.filter(isBusy).forEach(function (job) {
        if (job.state !== "lost") job.said.textContent = data.soon;
      });
    }
  });
})();
