/* What makes pages quicker for those who have JavaScript. Every page works without it. ES2019, hooks are data-*. */
(function () {
  'use strict';

  // ---- where to look after a page or a piece of it has arrived
  function focusOn(root) {
    var target = root.querySelector('.error-summary, [data-focus]');
    if (!target) return;
    if (!target.hasAttribute('tabindex')) target.setAttribute('tabindex', '-1');
    target.focus();
  }
  document.addEventListener('htmx:afterSwap', function (e) { focusOn(e.target.parentNode || document); });

  // ---- ID number: a hint only, the server decides (GB 11643)
  var WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  function idHint(typed) {
    var text = typed.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();
    if (!text) return '';
    if (/[^\dX]/.test(text)) return '只能是数字，最后一位可以是 X';
    if (text.length < 18) return '还差 ' + (18 - text.length) + ' 位';
    if (text.length > 18) return '多了 ' + (text.length - 18) + ' 位';
    if (!/^\d{17}[\dX]$/.test(text)) return '只有最后一位可以是 X';
    var year = +text.substr(6, 4), month = +text.substr(10, 2), day = +text.substr(12, 2);
    var born = new Date(year, month - 1, day);
    if (born.getMonth() !== month - 1 || born.getDate() !== day || born > new Date()) return '第 7 到 14 位不是出生日期，请对照证件';
    var sum = WEIGHTS.reduce(function (total, weight, i) { return total + weight * +text[i]; }, 0);
    if ('10X98765432'[sum % 11] !== text[17]) return '最后一位校验不通过，请对照证件';
    return year + '年' + month + '月' + day + '日出生，' + (+text[16] % 2 ? '男' : '女');
  }
  function showHint(input) {
    var output = document.querySelector('[data-derived-from="' + input.id + '"]');
    if (output) output.textContent = idHint(input.value);
  }
  document.addEventListener('input', function (e) { if (e.target.hasAttribute('data-idcard')) showHint(e.target); });

  // ---- entry forms: Enter goes on, Ctrl+Enter saves; never while choosing a word in pinyin
  document.addEventListener('keydown', function (e) {
    var form = e.target.form;
    if (e.key !== 'Enter' || e.isComposing || e.keyCode === 229 || !form || !form.hasAttribute('data-enter-next')) return;
    var save = form.querySelector('button:not([type=button])');
    if (e.ctrlKey && save) { e.preventDefault(); save.click(); return; }
    if (!/^(INPUT|SELECT)$/.test(e.target.tagName) || /^(file|submit|button)$/.test(e.target.type)) return;
    e.preventDefault();
    var boxes = Array.from(form.querySelectorAll('input:not([type=hidden]), select, textarea')).filter(function (box) {
      return !box.disabled && box.getClientRects().length && !box.closest('details:not([open])');
    });
    var next = boxes[boxes.indexOf(e.target) + 1] || save;
    if (next) next.focus();
  });

  // ---- one press, one act: a second one within ten seconds is ignored
  document.addEventListener('submit', function (e) {
    var form = e.target;
    if (!form.hasAttribute('data-once')) return;
    if (form.dataset.sent) { e.preventDefault(); e.stopImmediatePropagation(); return; }
    form.dataset.sent = 'yes';
    mark(form, true);
    setTimeout(function () { release(form); }, 10000);
  }, true);
  function mark(form, on) {
    form.querySelectorAll('button').forEach(function (button) {
      if (on) button.setAttribute('aria-disabled', 'true'); else button.removeAttribute('aria-disabled');
    });
  }
  function release(form) { delete form.dataset.sent; mark(form, false); }
  function releaseAll() { document.querySelectorAll('form[data-sent]').forEach(release); }
  window.addEventListener('pageshow', releaseAll);
  document.addEventListener('htmx:afterRequest', releaseAll);

  // ---- the session ends by itself: say so five minutes before
  function watchIdle(box) {
    var limit = (+box.getAttribute('data-idle-minutes') - 5) * 60000, seen = Date.now();
    function seenNow() { seen = Date.now(); box.hidden = true; }
    if (!(limit > 0)) return;
    setInterval(function () { if (Date.now() - seen >= limit) box.hidden = false; }, 5000);
    document.addEventListener('htmx:afterOnLoad', seenNow);
    box.querySelector('[data-keep-alive]').addEventListener('click', function (e) {
      var link = this;
      e.preventDefault();
      fetch(link.href, { headers: { 'HX-Request': 'true' }, redirect: 'manual' }).then(function (answer) {
        if (answer.status === 204) { seenNow(); document.getElementById('main').focus(); } else location.reload();
      }).catch(function () { say('unread'); });
    });
  }

  // ---- htmx: what to say when nothing came back, and a whole page is never put into a piece
  function say(what) {
    var box = document.querySelector('[data-connection]');
    if (!box) return;
    box.hidden = !what;
    box.querySelectorAll('[data-when]').forEach(function (line) { line.hidden = line.getAttribute('data-when') !== what; });
    if (what) box.scrollIntoView({ block: 'nearest' });
  }
  function reads(e) { return e.detail.requestConfig && e.detail.requestConfig.verb === 'get'; }
  function lost(e) { say(reads(e) ? 'unread' : 'unsent'); }
  document.addEventListener('htmx:sendError', lost);
  document.addEventListener('htmx:timeout', lost);
  document.addEventListener('htmx:responseError', function (e) { say(reads(e) ? 'unread' : 'refused'); });
  document.addEventListener('htmx:beforeSwap', function (e) {
    if (e.detail.xhr.status < 400) say('');
    if (!/^\s*<!doctype/i.test(e.detail.xhr.responseText)) return;
    e.detail.shouldSwap = false;
    if (e.detail.xhr.status < 400) location.assign(e.detail.xhr.responseURL); else say('refused');
  });

  document.querySelectorAll('[data-idcard]').forEach(function (input) { if (input.value) showHint(input); });
  document.querySelectorAll('[data-idle-minutes]').forEach(watchIdle);
  document.querySelectorAll('[data-print]').forEach(function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  });
  focusOn(document);
})();
