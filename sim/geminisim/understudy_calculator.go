package geminisim

import (
	"errors"
	"math/big"
	"strings"
)

var (
	errNoSum    = errors.New("it is no arithmetic")
	errZero     = errors.New("dividing by zero has no answer")
	errLarge    = errors.New("that number is too large for me")
	errNegative = errors.New("a negative number has no square root here")
)

// The bounds of arithmetic: nothing takes longer than a blink.
const (
	maxDepth = 50
	maxBits  = 4096
	maxPower = 1000
)

// A calculator reads an expression by recursive descent: sums of products of
// powers of numbers, brackets, sqrt and factorials.
type calculator struct {
	rest       string
	depth      int
	operations int
}

func calculate(text string) (v *big.Rat, operations int, err error) {
	c := &calculator{rest: text}
	v, err = c.sum()
	if err == nil && strings.TrimSpace(c.rest) != "" {
		err = errNoSum
	}
	return v, c.operations, err
}

// next takes one of the signs, if it comes next.
func (c *calculator) next(signs string) byte {
	c.rest = strings.TrimLeft(c.rest, " ")
	if c.rest == "" || strings.IndexByte(signs, c.rest[0]) < 0 {
		return 0
	}
	sign := c.rest[0]
	c.rest = c.rest[1:]
	return sign
}

// within reads what stands inside or behind something, unless that goes too
// deep.
func (c *calculator) within(read func() (*big.Rat, error)) (*big.Rat, error) {
	if c.depth == maxDepth {
		return nil, errNoSum
	}
	c.depth++
	defer func() { c.depth-- }()
	return read()
}

func (c *calculator) sum() (*big.Rat, error) {
	left, err := c.product()
	for err == nil {
		sign := c.next("+-")
		if sign == 0 {
			break
		}
		var right *big.Rat
		if right, err = c.product(); err != nil {
			break
		}
		c.operations++
		if sign == '-' {
			right = new(big.Rat).Neg(right)
		}
		left, err = bounded(new(big.Rat).Add(left, right))
	}
	return left, err
}

func (c *calculator) product() (*big.Rat, error) {
	left, err := c.power()
	for err == nil {
		sign := c.next("*/%")
		if sign == 0 {
			break
		}
		var right *big.Rat
		if right, err = c.power(); err != nil {
			break
		}
		c.operations++
		left, err = multiply(sign, left, right)
	}
	return left, err
}

func multiply(sign byte, left, right *big.Rat) (*big.Rat, error) {
	switch {
	case sign == '*':
		return bounded(new(big.Rat).Mul(left, right))
	case right.Sign() == 0:
		return nil, errZero
	case sign == '/':
		return bounded(new(big.Rat).Quo(left, right))
	case !left.IsInt() || !right.IsInt():
		return nil, errNoSum
	}
	return new(big.Rat).SetInt(new(big.Int).Mod(left.Num(), right.Num())), nil
}

func (c *calculator) power() (*big.Rat, error) {
	if c.next("-") != 0 {
		v, err := c.within(c.power)
		if err != nil {
			return nil, err
		}
		return new(big.Rat).Neg(v), nil
	}
	base, err := c.number()
	if err != nil || c.next("^") == 0 {
		return base, err
	}
	exponent, err := c.within(c.power)
	if err != nil {
		return nil, err
	}
	c.operations++
	return raise(base, exponent)
}

func raise(base, exponent *big.Rat) (*big.Rat, error) {
	if !exponent.IsInt() || exponent.Num().BitLen() > 31 {
		return nil, errLarge
	}
	n := exponent.Num().Int64()
	if n < 0 {
		if base.Sign() == 0 {
			return nil, errZero
		}
		base, n = new(big.Rat).Inv(base), -n
	}
	if n > maxPower || int64(max(base.Num().BitLen(), base.Denom().BitLen()))*n > maxBits {
		return nil, errLarge
	}
	e := big.NewInt(n)
	return new(big.Rat).SetFrac(new(big.Int).Exp(base.Num(), e, nil), new(big.Int).Exp(base.Denom(), e, nil)), nil
}

// number reads a number, a bracket or a root, and the factorial behind it.
func (c *calculator) number() (*big.Rat, error) {
	v, err := c.atom()
	for err == nil && c.next("!") != 0 {
		c.operations++
		if !v.IsInt() || v.Sign() < 0 || v.Cmp(big.NewRat(300, 1)) > 0 {
			return nil, errLarge
		}
		v = new(big.Rat).SetInt(new(big.Int).MulRange(1, v.Num().Int64()))
	}
	return v, err
}

func (c *calculator) atom() (*big.Rat, error) {
	c.rest = strings.TrimLeft(c.rest, " ")
	if rest, ok := strings.CutPrefix(c.rest, "sqrt"); ok {
		c.rest = rest
		c.operations++
		v, err := c.within(c.atom)
		if err != nil {
			return nil, err
		}
		return squareRoot(v)
	}
	if c.next("(") != 0 {
		v, err := c.within(c.sum)
		if err == nil && c.next(")") == 0 {
			err = errNoSum
		}
		return v, err
	}
	end := 0
	for end < len(c.rest) && (c.rest[end] >= '0' && c.rest[end] <= '9' || c.rest[end] == '.') {
		end++
	}
	v, ok := new(big.Rat).SetString(c.rest[:end])
	if !ok {
		return nil, errNoSum
	}
	c.rest = c.rest[end:]
	return bounded(v)
}

// squareRoot is exact for squares, and good to many places otherwise.
func squareRoot(v *big.Rat) (*big.Rat, error) {
	if v.Sign() < 0 {
		return nil, errNegative
	}
	num, den := new(big.Int).Sqrt(v.Num()), new(big.Int).Sqrt(v.Denom())
	exact := new(big.Rat).SetFrac(num, den)
	if new(big.Rat).Mul(exact, exact).Cmp(v) == 0 {
		return exact, nil
	}
	f := new(big.Float).SetPrec(200).SetRat(v)
	near, _ := f.Sqrt(f).Rat(nil)
	return bounded(near)
}

func bounded(v *big.Rat) (*big.Rat, error) {
	if v.Num().BitLen() > maxBits || v.Denom().BitLen() > maxBits {
		return nil, errLarge
	}
	return v, nil
}
