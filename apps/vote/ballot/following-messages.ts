/** What the start page says before it goes on to the next poll. */

import { defineMessages } from "@tallyroom/lib/ui/i18n"

export const following = defineMessages({
  en: {
    soon: "The host shows another poll now. In ten seconds it is here.",
    sending: "The host shows another poll now. It comes here once your vote has its answer.",
    stay: "Stay here",
    go: "Go there now",
  },
  de: {
    soon: "Jetzt wird eine andere Abstimmung gezeigt. In zehn Sekunden ist sie hier.",
    sending:
      "Jetzt wird eine andere Abstimmung gezeigt. Sie kommt hierher, sobald deine Stimme bestätigt ist.",
    stay: "Hier bleiben",
    go: "Jetzt dorthin",
  },
  fr: {
    soon: "Un autre vote est maintenant à l’écran. Il s’affichera ici dans dix secondes.",
    sending: "Un autre vote est maintenant à l’écran. Il s’affichera ici dès que ton vote sera confirmé.",
    stay: "Rester ici",
    go: "Y aller maintenant",
  },
  es: {
    soon: "Ahora se muestra otra votación. Aparecerá aquí en diez segundos.",
    sending: "Ahora se muestra otra votación. Aparecerá aquí en cuanto se confirme tu voto.",
    stay: "Quedarse aquí",
    go: "Ir ahora",
  },
  pt: {
    soon: "Agora está sendo mostrada outra votação. Ela aparece aqui em dez segundos.",
    sending: "Agora está sendo mostrada outra votação. Ela aparece aqui assim que seu voto for confirmado.",
    stay: "Ficar aqui",
    go: "Ir agora",
  },
  ja: {
    soon: "別の投票が表示されています。10秒後にこの画面も切り替わります。",
    sending: "別の投票が表示されています。あなたの票が確認され次第、この画面も切り替わります。",
    stay: "ここに残る",
    go: "今すぐ移動",
  },
})
