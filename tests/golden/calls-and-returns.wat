;; jal ra,0x10
;; jal ra,0x10
;; addi a1,a1,1
;; jalr zero,0(t0)
;; addi a0,a0,1
;; jalr zero,0(ra)
(module
  (type (;0;) (func (param i64 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32 i32 i64) (result i64)))
  (import "core" "refill" (func (;0;) (type 0)))
  (import "hart" "memory" (memory (;0;) 1 65536 shared))
  (import "hart" "base" (global (;0;) i32))
  (import "hart" "registers" (global (;1;) i32))
  (import "core" "cold" (table (;0;) 0 funcref))
  (import "hart" "regions" (table (;1;) 0 funcref))
  (func (;1;) (type 2) (param i32 i32 i32 i64) (result i64)
    (local i64 i32 i32 i32 i64 i32 i32 i32 i32)
    (local.set 8
      (i64.load offset=8 align=1
        (global.get 1)))
    (block  ;; label = @1
      (block  ;; label = @2
        (local.set 5
          (i32.const 0))
        (br_if 0 (;@2;)
          (i32.lt_u
            (local.get 0)
            (i32.const 1)))
        (local.set 0
          (i32.sub
            (local.get 0)
            (i32.const 1)))
        (local.set 8
          (i64.add
            (local.get 3)
            (i64.const 4)))
        (local.set 4
          (i64.add
            (local.get 3)
            (i64.const 16)))
        (br 1 (;@1;))
        (unreachable))
      (local.set 4
        (i64.add
          (i64.add
            (local.get 3)
            (i64.extend_i32_u
              (i32.shr_u
                (local.get 5)
                (i32.const 12))))
          (i64.const 1)))
      (local.set 0
        (i32.add
          (local.get 0)
          (i32.and
            (local.get 5)
            (i32.const 4095)))))
    (i64.store offset=8 align=1
      (global.get 1)
      (local.get 8))
    (block  ;; label = @1
      (br_if 0 (;@1;)
        (i32.wrap_i64
          (i64.and
            (local.get 4)
            (i64.const 1))))
      (if  ;; label = @2
        (i64.ne
          (i64.and
            (local.get 4)
            (i64.const -4096))
          (local.get 3))
        (then
          (local.set 7
            (i32.add
              (i32.add
                (global.get 0)
                (i32.load offset=16 align=1
                  (global.get 0)))
              (i32.and
                (i32.shr_u
                  (i32.wrap_i64
                    (local.get 4))
                  (i32.const 8))
                (i32.const 4080))))
          (br_if 1 (;@1;)
            (i64.ne
              (i64.load align=1
                (local.get 7))
              (i64.and
                (local.get 4)
                (i64.const -4096))))
          (local.set 3
            (i64.and
              (local.get 4)
              (i64.const -4096)))
          (local.set 2
            (i32.load offset=8 align=1
              (local.get 7)))
          (i64.store offset=280 align=1
            (global.get 0)
            (local.get 3))
          (i32.store offset=352 align=1
            (global.get 0)
            (local.get 2))))
      (local.set 7
        (i32.load16_u offset=20512 align=1
          (i32.add
            (local.get 2)
            (i32.and
              (i32.wrap_i64
                (local.get 4))
              (i32.const 4094)))))
      (br_if 0 (;@1;)
        (i32.lt_u
          (local.get 7)
          (i32.const 32768)))
      (return_call_indirect (type 2)
        (local.get 0)
        (local.get 1)
        (local.get 2)
        (local.get 3)
        (i32.sub
          (local.get 7)
          (i32.const 32768))))
    (i32.store offset=20 align=1
      (global.get 0)
      (local.get 0))
    (local.get 4))
  (export "r0" (func 1)))
