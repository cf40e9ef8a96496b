// Which colours of a page are new. Contrast is the slow part of axe, and depends on nothing but a text's colour, size and
// weight over what is painted behind it: what axe has passed once need not be asked again wherever it comes back.
(() => {
  const UNSEEN = new Set(["rgba(0, 0, 0, 0)", "none", "1", "static", "relative", "normal"]);

  // A key that two texts share only where axe says the same of both. `behind` keeps what is painted up to an element.
  function combinationOf(element, behind) {
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
    return [color, fontSize, fontWeight, textShadow, paintedBehind(element, behind)].join("; ");
  }

  function paintedBehind(element, behind) {
    if (!element) return "";
    if (!behind.has(element)) {
      const { backgroundColor, backgroundImage, opacity, position, mixBlendMode, filter } = getComputedStyle(element);
      const own = [backgroundColor, backgroundImage, opacity, position, mixBlendMode, filter].filter((value) => !UNSEEN.has(value));
      behind.set(element, [paintedBehind(element.parentElement, behind), ...own].join("; "));
    }
    return behind.get(element);
  }

  function hasText(element) {
    const isWritten = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
    return element.matches("input, select, textarea") || [...element.childNodes].some(isWritten);
  }

  // What axe says against the texts whose combination is not in `known`, and the combinations that it passed.
  window.examineColours = async (known) => {
    const seen = new Set(known), behind = new Map();
    const isNew = (element) => hasText(element) && element.checkVisibility() && !seen.has(combinationOf(element, behind));
    const fresh = [...document.body.querySelectorAll("*")].filter(isNew);
    if (!fresh.length) return { violations: [], passed: [] };
    const options = { runOnly: ["color-contrast"], resultTypes: ["violations", "passes"], preload: false, elementRef: true };
    const { violations, passes } = await axe.run({ include: fresh }, options);
    const nodes = passes.flatMap((rule) => rule.nodes);
    return {
      violations: violations.map((rule) => ({ ...rule, nodes: rule.nodes.map(({ html }) => ({ html })) })),
      passed: [...new Set(nodes.map(({ element }) => combinationOf(element, behind)))],
    };
  };
})();
