;; div a0,a1,a2
;; remu a0,a1,a2
;; mulhsu a0,a1,a2
;; jalr zero,0(ra)
;; entries: 0
(module
  (type (;0;) (func (param i64 i64) (result i64)))
  (type (;1;) (func (param i64 i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32 i32) (result i32)))
  (type (;3;) (func (param i32 i32 i32 i64 i32) (result i64)))
  (import "core" "mulhSU" (func (;0;) (type 0)))
  (import "core" "refill" (func (;1;) (type 1)))
  (import "hart" "memory" (memory (;0;) 1 65536 shared))
  (import "hart" "base" (global (;0;) i32))
  (import "hart" "registers" (global (;1;) i32))
  (import "core" "cold" (table (;0;) 0 funcref))
  (func (;2;) (type 3) (param i32 i32 i32 i64 i32) (result i64)
    (local i64 i32 i32 i32 i64 i64 i64 i64 i32 i32 i32 i32 i64 i64 i64)
    (local.set 9
      (i64.load offset=88 align=1
        (global.get 1)))
    (local.set 10
      (i64.load offset=96 align=1
        (global.get 1)))
    (local.set 11
      (i64.load offset=80 align=1
        (global.get 1)))
    (local.set 12
      (i64.load offset=8 align=1
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
            (i32.const 4)))
        (local.set 0
          (i32.sub
            (local.get 0)
            (i32.const 4)))
        (local.set 17
          (local.get 9))
        (local.set 18
          (local.get 10))
        (if  ;; label = @3
          (i64.eqz
            (local.get 18))
          (then
            (local.set 19
              (i64.const -1)))
          (else
            (if  ;; label = @4
              (i64.eq
                (local.get 18)
                (i64.const -1))
              (then
                (local.set 19
                  (i64.sub
                    (i64.const 0)
                    (local.get 17))))
              (else
                (local.set 19
                  (i64.div_s
                    (local.get 17)
                    (local.get 18)))))))
        (local.set 11
          (local.get 19))
        (local.set 17
          (local.get 9))
        (local.set 18
          (local.get 10))
        (if  ;; label = @3
          (i64.eqz
            (local.get 18))
          (then
            (local.set 19
              (local.get 17)))
          (else
            (local.set 19
              (i64.rem_u
                (local.get 17)
                (local.get 18)))))
        (local.set 11
          (local.get 19))
        (local.set 11
          (call 0
            (local.get 9)
            (local.get 10)))
        (local.set 17
          (i64.and
            (i64.add
              (local.get 12)
              (i64.const 0))
            (i64.const -2)))
        (drop
          (i64.add
            (local.get 3)
            (i64.const 16)))
        (local.set 5
          (local.get 17))
        (br 1 (;@1;))
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
    (i64.store offset=80 align=1
      (global.get 1)
      (local.get 11))
    (i32.store offset=20 align=1
      (global.get 0)
      (local.get 0))
    (local.get 5))
  (export "r0" (func 2)))
