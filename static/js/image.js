// Zoom: the large copy in a full-window dialog; a click switches between whole and true size, and
// dragging moves it. Without this file the same links open the large copy in the browser.

const dialog = document.getElementById("zoom-dialog");
const area = dialog?.querySelector(".zoom__area");

function fill(address) {
  if (area.firstElementChild) return;
  const picture = new Image();
  picture.src = address;
  picture.alt = "";
  picture.draggable = false;
  area.append(picture);
}

// True size, or twice what fills the window where that is more.
function setFull(isFull) {
  const picture = area.firstElementChild;
  const scale = Math.min(area.clientWidth / picture.naturalWidth, area.clientHeight / picture.naturalHeight);
  area.classList.toggle("is-full", isFull);
  picture.style.width = isFull ? `${picture.naturalWidth * Math.max(1, 2 * scale)}px` : "";
}

function toggleSize(event) {
  const box = area.firstElementChild.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width;
  const y = (event.clientY - box.top) / box.height;
  setFull(!area.classList.contains("is-full"));
  // What was under the pointer stays under it.
  area.scrollLeft = x * area.scrollWidth - area.clientWidth / 2;
  area.scrollTop = y * area.scrollHeight - area.clientHeight / 2;
}

if (dialog && area) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-zoom]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    fill(link.href);
    dialog.showModal();
    area.focus();
  });

  let drag = null;
  area.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse") return; // fingers scroll by themselves
    drag = { x: event.clientX, y: event.clientY, left: area.scrollLeft, top: area.scrollTop, moved: false };
  });
  area.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    drag.moved ||= Math.hypot(dx, dy) > 4;
    area.scrollTo(drag.left - dx, drag.top - dy);
  });
  addEventListener("pointerup", () => setTimeout(() => (drag = null)));
  area.addEventListener("click", (event) => {
    if (!drag?.moved) toggleSize(event);
  });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter") setFull(!area.classList.contains("is-full"));
    else if (event.key === "+") setFull(true);
    else if (event.key === "-") setFull(false);
  });
  dialog.addEventListener("close", () => setFull(false));
}
