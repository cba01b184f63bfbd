/**
 * Auto, NPU or CPU, as one group of radio buttons. A device that cannot be used stays reachable: choosing it
 * opens the reason, so that the keyboard and a screen reader find it as well as the pointer.
 */
import '../../parts/popover.css';
import { useId, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { offerDevices, shownDevice } from '../../devices.js';
import type { DeviceChoice, OfferedDevice } from '../../devices.js';
import { moveInList } from '../../keyboard.js';
import { Button } from '../../parts/button.js';
import { ensureDoctor } from '../../stores/doctor.js';
import { chooseDevice, useSettings } from '../../stores/settings.js';
import { showView, useUi } from '../../stores/ui.js';
import { strings } from '../../strings/en.js';

const { device: words } = strings;
const ARROWS: Readonly<Record<string, string>> = { ArrowLeft: 'ArrowUp', ArrowRight: 'ArrowDown' };

export function DeviceControl() {
  const chosen = useUi((state) => shownDevice(state.options.device));
  const isDeveloper = useSettings((state) => state.settings.developer);
  const npu = useUi((state) => state.npu);
  const [refusedDevice, setRefusedDevice] = useState<DeviceChoice>('npu');
  const groupRef = useRef<HTMLDivElement>(null);
  const reasonRef = useRef<HTMLDivElement>(null);
  const reasonId = useId();
  const offered = offerDevices(npu, words.npuUnknown, isDeveloper || chosen === 'npu-emulated');

  function choose(choice: OfferedDevice): void {
    if (choice.reason === null) {
      reasonRef.current?.hidePopover();
      void chooseDevice(choice.device);
      return;
    }
    setRefusedDevice(choice.device);
    void ensureDoctor();
    reasonRef.current?.showPopover();
  }

  function moveFocus(event: KeyboardEvent): void {
    const buttons = [...(groupRef.current?.querySelectorAll<HTMLElement>('[role=radio]') ?? [])];
    const position = buttons.findIndex((button) => button === event.target);
    const next = moveInList(ARROWS[event.key] ?? event.key, position, buttons.length);
    if (next === null || position < 0) return;
    event.preventDefault();
    buttons[next]?.focus();
  }

  return (
    <div className="device" onPointerEnter={() => void ensureDoctor()} onFocus={() => void ensureDoctor()}>
      <span className="device-label">{words.label}</span>
      <div
        className="device-choices"
        role="radiogroup"
        aria-label={words.group}
        ref={groupRef}
        onKeyDown={moveFocus}
      >
        {offered.map((choice) => (
          <button
            key={choice.device}
            type="button"
            role="radio"
            className="device-choice"
            data-testid={`device-${choice.device}`}
            aria-checked={choice.device === chosen}
            aria-disabled={choice.reason !== null}
            aria-describedby={choice.reason === null ? undefined : reasonId}
            title={choice.reason ?? words.hint(choice.device)}
            tabIndex={choice.device === chosen ? 0 : -1}
            onClick={() => {
              choose(choice);
            }}
          >
            {words.name(choice.device)}
          </button>
        ))}
      </div>
      <p id={reasonId} className="visually-hidden">
        {offered.find(({ reason }) => reason !== null)?.reason}
      </p>
      <div
        className="popover device-reason"
        ref={reasonRef}
        popover="auto"
        role="note"
        data-testid="device-reason"
      >
        <strong>{words.refused(refusedDevice)}</strong>
        <p>{offered.find(({ device }) => device === refusedDevice)?.reason}</p>
        <Button
          testId="device-doctor"
          onClick={() => {
            reasonRef.current?.hidePopover();
            showView('doctor');
          }}
        >
          {words.toDoctor}
        </Button>
      </div>
    </div>
  );
}
