// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// TanStack's virtualiser with Svelte's signals: only the rows on screen exist.

import { Virtualizer, elementScroll, observeElementOffset, observeElementRect, type VirtualItem } from '@tanstack/virtual-core'

export class VirtualRows {
  items = $state.raw<VirtualItem[]>([])
  height = $state(0)

  private element: HTMLElement | null = null
  private rows: Virtualizer<HTMLElement, HTMLElement>

  /** `head`: height of what stands above the rows inside the same scrolling element. */
  constructor(rowHeight: number, private head = 0) {
    this.rows = new Virtualizer<HTMLElement, HTMLElement>({
      count: 0,
      getScrollElement: () => this.element,
      estimateSize: () => rowHeight,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      overscan: 12,
      scrollMargin: head,
      scrollPaddingStart: head,
      onChange: () => this.read(),
    })
  }

  attach = (element: HTMLElement) => {
    this.element = element
    const leave = this.rows._didMount()
    this.rows._willUpdate()
    this.read()
    return leave
  }

  setCount(count: number) {
    this.rows.setOptions({ ...this.rows.options, count })
    this.rows._willUpdate()
    this.read()
  }

  show(index: number) {
    this.rows.scrollToIndex(index, { align: 'auto' })
  }

  top = (item: VirtualItem) => item.start - this.head

  private read() {
    this.items = this.rows.getVirtualItems()
    this.height = this.rows.getTotalSize()
  }
}
