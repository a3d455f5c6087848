/** The keyboard. */
export const keys = {
  title: '鍵盤快捷鍵',
  noUnread: '沒有其他未讀的事件',
  jumpPlaceholder: '編號、標題、線別、站別…',
  characters: '啟用單一字元的快捷鍵（/ 與 ?）',
  charactersHint: '用語音輸入或容易誤觸時，可以關閉。',
  page: {
    title: '任何地方',
    jump: '跳到事件',
    nextUnread: '下一個未讀的事件',
    previousUnread: '上一個未讀的事件',
    nextRegion: '下一個區域：列表、對話、輸入框、詳情',
    previousRegion: '上一個區域',
    search: '搜尋',
    help: '顯示這份說明',
  },
  composer: {
    title: '輸入訊息時',
    send: '送出',
    newLine: '換行',
    editLast: '輸入框空白時，編輯自己的上一則訊息',
    mention: '提到某人',
    cancel: '取消回覆或編輯',
  },
  viewer: {
    title: '檢視證據時',
    turn: '上一張、下一張',
    close: '關閉',
  },
};
