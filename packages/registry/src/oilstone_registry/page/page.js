"use strict";
// Brings the page up to date while somebody looks; a failure shows as a faded page.
setInterval(async () => {
  if (document.hidden) return;
  const main = document.querySelector("main");
  try {
    const answer = await fetch("/page/state", { credentials: "same-origin" });
    if (answer.status === 401 || answer.status === 403) location.reload();
    if (!answer.ok) throw new Error(answer.status);
    const open = [...main.querySelectorAll("details[open]")].map((one) => one.id);
    main.innerHTML = await answer.text();
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    main.classList.remove("stale");
  } catch {
    main.classList.add("stale");
  }
}, 2000);
