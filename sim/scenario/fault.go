package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"troupe/sim/discordsim"
	"troupe/sim/fault"
	"troupe/sim/geminisim"
)

const (
	faultUsage = `fault CLASS:SETTING[,SETTING]           such as discord.message.create:status=500,times=1
fault ends CLASS`
	gatewayUsage = `gateway drops                           the connection breaks
gateway asks to reconnect               op 7
gateway invalidates the session         op 9
gateway closes CODE
gateway sends FRAME                     as it is
gateway repeats N                       the latest events once more`
)

// upsetting lets something go wrong from now on.
type upsetting struct {
	class fault.Class
	fault fault.Fault
}

// calming ends that.
type calming struct{ class fault.Class }

func parseFault(c *cursor) (action, error) {
	if c.accept("ends") {
		class := fault.Class(c.word())
		return calming{class}, checkClass(class)
	}
	class, f, err := fault.Parse(c.remainder())
	if err != nil {
		return nil, err
	}
	return upsetting{class, f}, checkClass(class)
}

// checkClass complains about a class that no call is of.
func checkClass(class fault.Class) error {
	all := append(discordsim.Classes(), geminisim.ClassGenerate, geminisim.ClassStream, geminisim.ClassCount, geminisim.ClassModels)
	var names []string
	for _, one := range all {
		if prefix, wild := strings.CutSuffix(string(class), "*"); one == class || wild && strings.HasPrefix(string(one), prefix) {
			return nil
		}
		names = append(names, string(one))
	}
	return fmt.Errorf("%q is no class of calls: there are %s", class, strings.Join(names, ", "))
}

func (a upsetting) do(s *stage) error {
	s.plan.Set(a.class, a.fault)
	return nil
}

func (a calming) do(s *stage) error {
	s.plan.Clear(a.class)
	return nil
}

// gateway is something that happens to the gateway's connection.
type gateway func(*discordsim.Server)

func (a gateway) do(s *stage) error {
	a(s.discord)
	return nil
}

func parseGateway(c *cursor) (action, error) {
	switch {
	case c.accept("drops"):
		return gateway((*discordsim.Server).Drop), nil
	case c.accept("asks to reconnect"):
		return gateway((*discordsim.Server).Reconnect), nil
	case c.accept("invalidates the session"):
		return gateway(func(s *discordsim.Server) { s.Invalidate(false) }), nil
	case c.accept("closes"):
		code, err := c.number("a close code")
		if err == nil && !slices.Contains(closeCodes(), code) {
			err = errors.New("Discord has no close code " + strconv.Itoa(code))
		}
		return gateway(func(s *discordsim.Server) { s.CloseAll(code) }), err
	case c.accept("sends"):
		frame := c.remainder()
		return gateway(func(s *discordsim.Server) { s.SendRaw([]byte(frame)) }), nil
	case c.accept("repeats"):
		n, err := c.number("how many events")
		return gateway(func(s *discordsim.Server) { s.Replay(n) }), err
	}
	return nil, fmt.Errorf("%q is nothing that happens to a gateway", c.peek())
}

// closeCodes are those that Discord closes with (Discord documentation, Gateway
// Close Event Codes), and the two of any WebSocket.
func closeCodes() []int {
	return []int{1000, 1001, 4000, 4001, 4002, 4003, 4004, 4005, 4007, 4008, 4009, 4010, 4011, 4012, 4013, 4014}
}
