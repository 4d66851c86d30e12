// The chosen look, before the first paint.
(function () {
  try {
    var theme = localStorage.getItem("callwright.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is shut: the system's look stands.
  }
})();
