;; fld fa0,0(a0)
;; fmul.d fa1,fa0,fa2
;; fadd.d fa3,fa3,fa1,rne
;; fsgnjn.d fa4,fa3,fa3
;; flt.d a1,fa4,fa2
;; csrrw zero,frm,a2
;; bne a1,zero,0x0
;; jalr zero,0(ra)
(module
  (type (;0;) (func (param i64 i64 i32) (result i64)))
  (type (;1;) (func (param i64 i32 i32) (result i32)))
  (type (;2;) (func (param i32 i32 i32) (result i32)))
  (type (;3;) (func (param i32 i32 i32 i64) (result i64)))
  (import "core" "mul.D" (func (;0;) (type 0)))
  (import "core" "add.D" (func (;1;) (type 0)))
  (import "core" "lt.D" (func (;2;) (type 0)))
  (import "core" "refill" (func (;3;) (type 1)))
  (import "hart" "memory" (memory (;0;) 1 65536 shared))
  (import "hart" "base" (global (;0;) i32))
  (import "hart" "registers" (global (;1;) i32))
  (import "core" "cold" (table (;0;) 0 funcref))
  (import "hart" "regions" (table (;1;) 0 funcref))
  (func (;4;) (type 3) (param i32 i32 i32 i64) (result i64)
    (local i64 i32 i32 i32 i64 i64 i64 f64 f64 f64 f64 f64 i64 i32 i32 i32 i32 i32 i64 f64)
    (local.set 8
      (i64.load offset=80 align=1
        (global.get 1)))
    (local.set 9
      (i64.load offset=88 align=1
        (global.get 1)))
    (local.set 10
      (i64.load offset=8 align=1
        (global.get 1)))
    (local.set 11
      (f64.load offset=344 align=1
        (global.get 1)))
    (local.set 12
      (f64.load offset=360 align=1
        (global.get 1)))
    (local.set 13
      (f64.load offset=352 align=1
        (global.get 1)))
    (local.set 14
      (f64.load offset=368 align=1
        (global.get 1)))
    (local.set 15
      (f64.load offset=376 align=1
        (global.get 1)))
    (local.set 16
      (i64.const 2048))
    (local.set 20
      (i32.load offset=244 align=1
        (global.get 0)))
    (local.set 19
      (i32.and
        (i64.eq
          (i64.and
            (i64.load offset=32 align=1
              (global.get 0))
            (i64.const 24576))
          (i64.const 24576))
        (i32.le_u
          (local.get 20)
          (i32.const 4))))
    (local.set 21
      (i32.and
        (i32.load offset=240 align=1
          (global.get 0))
        (i32.const 1)))
    (block  ;; label = @1
      (block  ;; label = @2
        (block  ;; label = @3
          (loop  ;; label = @4
            (local.set 5
              (i32.const 0))
            (br_if 2 (;@2;)
              (i32.lt_u
                (local.get 0)
                (i32.const 7)))
            (local.set 0
              (i32.sub
                (local.get 0)
                (i32.const 7)))
            (local.set 5
              (i32.const 7))
            (br_if 2 (;@2;)
              (i32.eqz
                (local.get 19)))
            (local.set 22
              (i64.add
                (local.get 8)
                (i64.const 0)))
            (if  ;; label = @5
              (i64.ne
                (i64.and
                  (local.get 22)
                  (i64.const -4089))
                (local.get 16))
              (then
                (local.set 18
                  (i32.add
                    (local.get 1)
                    (i32.and
                      (i32.shr_u
                        (i32.wrap_i64
                          (local.get 22))
                        (i32.const 8))
                      (i32.const 4080))))
                (if  ;; label = @6
                  (i64.gt_u
                    (i64.sub
                      (local.get 22)
                      (i64.load align=1
                        (local.get 18)))
                    (i64.const 4088))
                  (then
                    (local.set 5
                      (i32.const 7))
                    (br_if 4 (;@2;)
                      (i32.eqz
                        (call 3
                          (local.get 22)
                          (i32.const 8)
                          (i32.const 0))))))
                (local.set 16
                  (i64.load align=1
                    (local.get 18)))
                (local.set 17
                  (i32.load offset=8 align=1
                    (local.get 18)))))
            (local.set 11
              (f64.load align=1
                (i32.add
                  (i32.wrap_i64
                    (local.get 22))
                  (local.get 17))))
            (local.set 23
              (f64.mul
                (local.get 11)
                (local.get 12)))
            (if  ;; label = @5
              (i32.eqz
                (i32.and
                  (i32.and
                    (local.get 21)
                    (i32.eqz
                      (local.get 20)))
                  (i64.lt_u
                    (i64.sub
                      (i64.shl
                        (i64.reinterpret_f64
                          (local.get 23))
                        (i64.const 1))
                      (i64.const 18014398509481984))
                    (i64.const -27021597764222976))))
              (then
                (local.set 23
                  (f64.reinterpret_i64
                    (call 0
                      (i64.reinterpret_f64
                        (local.get 11))
                      (i64.reinterpret_f64
                        (local.get 12))
                      (local.get 20))))
                (local.set 21
                  (i32.and
                    (i32.load offset=240 align=1
                      (global.get 0))
                    (i32.const 1)))))
            (local.set 13
              (local.get 23))
            (local.set 23
              (f64.add
                (local.get 14)
                (local.get 13)))
            (if  ;; label = @5
              (i32.eqz
                (i32.and
                  (local.get 21)
                  (i64.lt_u
                    (i64.sub
                      (i64.shl
                        (i64.reinterpret_f64
                          (local.get 23))
                        (i64.const 1))
                      (i64.const 18014398509481984))
                    (i64.const -27021597764222976))))
              (then
                (local.set 23
                  (f64.reinterpret_i64
                    (call 1
                      (i64.reinterpret_f64
                        (local.get 14))
                      (i64.reinterpret_f64
                        (local.get 13))
                      (i32.const 0))))
                (local.set 21
                  (i32.and
                    (i32.load offset=240 align=1
                      (global.get 0))
                    (i32.const 1)))))
            (local.set 14
              (local.get 23))
            (local.set 15
              (f64.copysign
                (local.get 14)
                (f64.neg
                  (local.get 14))))
            (local.set 22
              (i64.extend_i32_u
                (f64.lt
                  (local.get 15)
                  (local.get 12))))
            (if  ;; label = @5
              (i32.eqz
                (i32.and
                  (f64.eq
                    (local.get 15)
                    (local.get 15))
                  (f64.eq
                    (local.get 12)
                    (local.get 12))))
              (then
                (local.set 22
                  (call 2
                    (i64.reinterpret_f64
                      (local.get 15))
                    (i64.reinterpret_f64
                      (local.get 12))
                    (i32.const 0)))))
            (local.set 9
              (local.get 22))
            (local.set 7
              (i32.load16_u align=1
                (i32.add
                  (local.get 2)
                  (i32.const 80))))
            (local.set 5
              (i32.const 81922))
            (br_if 2 (;@2;)
              (i32.le_u
                (local.get 7)
                (i32.const 1)))
            (i64.store offset=88 align=1
              (global.get 1)
              (local.get 9))
            (f64.store offset=344 align=1
              (global.get 1)
              (local.get 11))
            (f64.store offset=352 align=1
              (global.get 1)
              (local.get 13))
            (f64.store offset=368 align=1
              (global.get 1)
              (local.get 14))
            (f64.store offset=376 align=1
              (global.get 1)
              (local.get 15))
            (i32.store offset=20 align=1
              (global.get 0)
              (i32.add
                (local.get 0)
                (i32.const 1)))
            (if  ;; label = @5
              (call_indirect (type 2)
                (i32.add
                  (local.get 2)
                  (i32.const 80))
                (local.get 2)
                (local.get 7)
                (local.get 7))
              (then
                (return
                  (i64.const 4611686018427387905))))
            (local.set 20
              (i32.load offset=244 align=1
                (global.get 0)))
            (local.set 19
              (i32.and
                (i64.eq
                  (i64.and
                    (i64.load offset=32 align=1
                      (global.get 0))
                    (i64.const 24576))
                  (i64.const 24576))
                (i32.le_u
                  (local.get 20)
                  (i32.const 4))))
            (local.set 21
              (i32.and
                (i32.load offset=240 align=1
                  (global.get 0))
                (i32.const 1)))
            (br_if 0 (;@4;)
              (i64.ne
                (local.get 9)
                (i64.const 0)))
            (br 1 (;@3;))
            (unreachable))
          (unreachable))
        (local.set 5
          (i32.const 114688))
        (br_if 0 (;@2;)
          (i32.lt_u
            (local.get 0)
            (i32.const 1)))
        (local.set 0
          (i32.sub
            (local.get 0)
            (i32.const 1)))
        (local.set 22
          (i64.and
            (i64.add
              (local.get 10)
              (i64.const 0))
            (i64.const -2)))
        (drop
          (i64.add
            (local.get 3)
            (i64.const 32)))
        (local.set 4
          (local.get 22))
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
    (i64.store offset=88 align=1
      (global.get 1)
      (local.get 9))
    (f64.store offset=344 align=1
      (global.get 1)
      (local.get 11))
    (f64.store offset=352 align=1
      (global.get 1)
      (local.get 13))
    (f64.store offset=368 align=1
      (global.get 1)
      (local.get 14))
    (f64.store offset=376 align=1
      (global.get 1)
      (local.get 15))
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
      (return_call_indirect (type 3)
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
  (export "r0" (func 4)))
