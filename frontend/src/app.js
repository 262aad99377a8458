// Every page loads this. Nothing here is needed to work: without it, links and forms still do.
import "@tabler/core";
import htmx from "htmx.org";

// The content security policy allows neither style elements nor evaluation.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
window.htmx = htmx;
