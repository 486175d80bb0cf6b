/** A tab panel for what changes many times a second. */
import { TabPanel, type TabPanelProps } from 'react-aria-components';

/**
 * A `TabPanel` whose content can always be tabbed to. React Aria looks for that itself, whenever anything in a panel comes or goes, and
 * has the page laid out for it; a terminal's rows come and go with every frame. It looks in the element that has its `ref`: that
 * is an empty one here.
 */
export function BusyTabPanel({ children, ...props }: TabPanelProps & { readonly children: React.ReactNode }) {
  return (
    <TabPanel
      {...props}
      render={({ ref, children: content, ...panel }) => (
        <div {...panel} tabIndex={undefined}>
          {content}
          <div ref={ref} hidden />
        </div>
      )}
    >
      {children}
    </TabPanel>
  );
}
