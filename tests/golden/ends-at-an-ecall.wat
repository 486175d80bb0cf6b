;; addi a7,zero,64
;; ecall
;; jalr zero,0(ra)
;; entries: 0
(module
  (type (;0;) (func (param i64 i32 i32) (result i32)))
  (type (;1;) (func (param i32 i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32 i32 i64 i32) (result i64)))
  (import "core" "refill" (func (;0;) (type 0)))
  (import "hart" "memory" (memory (;0;) 1 65536 shared))
  (import "hart" "base" (global (;0;) i32))
  (import "hart" "registers" (global (;1;) i32))
  (import "core" "cold" (table (;0;) 0 funcref))
  (func (;1;) (type 2) (param i32 i32 i32 i64 i32) (result i64)
    (local i64 i32 i32 i32 i64 i32 i32 i32 i32)
    (local.set 9
      (i64.load offset=136 align=1
        (global.get 1)))
    (block  ;; label = @1
      (block  ;; label = @2
        (local.set 7
          (i32.shr_u
            (local.get 4)
            (i32.const 16)))
        (block  ;; label = @3
          (br 0 (;@3;)))
        (local.set 6
          (i32.const 0))
        (br_if 0 (;@2;)
          (i32.lt_u
            (local.get 0)
            (i32.const 1)))
        (local.set 0
          (i32.sub
            (local.get 0)
            (i32.const 1)))
        (local.set 9
          (i64.add
            (i64.const 0)
            (i64.const 64)))
        (local.set 6
          (i32.const 16384))
        (br 0 (;@2;))
        (unreachable))
      (local.set 5
        (i64.add
          (i64.add
            (local.get 3)
            (i64.extend_i32_u
              (i32.shr_u
                (local.get 6)
                (i32.const 12))))
          (i64.const 1)))
      (local.set 0
        (i32.add
          (local.get 0)
          (i32.and
            (local.get 6)
            (i32.const 4095)))))
    (i64.store offset=136 align=1
      (global.get 1)
      (local.get 9))
    (i32.store offset=20 align=1
      (global.get 0)
      (local.get 0))
    (local.get 5))
  (export "r0" (func 1)))
