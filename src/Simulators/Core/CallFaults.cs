namespace Reelay.Simulators;

/// <summary>What shall go wrong with one call.</summary>
public sealed class CallFaults(IReadOnlyList<Fault> faults)
{
    /// <summary>The words.</summary>
    public IReadOnlyList<Fault> All { get; } = faults;

    /// <summary>Whether a word is among them.</summary>
    public bool Has(string name, string argument = "") => All.Any(fault => fault.Is(name, argument));

    /// <summary>Seconds of work of the job that the call creates: what a word says, else the usual.</summary>
    public double WorkSeconds(double usual) =>
        All.FirstOrDefault(fault => fault.Name == "slow") is { } slow ? int.Parse(slow.Argument, System.Globalization.CultureInfo.InvariantCulture) : usual;

    /// <summary>The answer to give instead of doing anything, or null to go on.</summary>
    /// <param name="documented">The simulator's documented answer to a status.</param>
    public SimulatedResponse? Before(Func<int, SimulatedResponse> documented)
    {
        foreach (Fault fault in All)
        {
            SimulatedResponse? answer = fault.Name switch
            {
                "drop" when fault.Argument != "after-accept" => Nothing(WireFault.Drop),
                "hang" when fault.Argument.Length == 0 => Nothing(WireFault.Hang),
                "http" => documented(int.Parse(fault.Argument)),
                "moved" => SimulatedResponse.Text(307, "text/html", "").WithHeader("Location", "/_sandbox/moved"),
                "bare" => Bare(int.Parse(fault.Argument)),
                _ => null,
            };
            if (answer is not null)
                return answer;
        }

        return null;
    }

    /// <summary>What becomes of the answer after everything has been done.</summary>
    public SimulatedResponse After(SimulatedResponse answer)
    {
        if (Has("drop", "after-accept"))
            return Nothing(WireFault.Drop);
        if (Has("hang", "after-accept"))
            return Nothing(WireFault.Hang);
        if (Has("garbage"))
            return SimulatedResponse.Text(200, "application/json", "\u0000\u0001OK <not json> \u0007{{{");
        return Has("truncate") ? answer with { Wire = WireFault.Truncate } : answer;
    }

    private static SimulatedResponse Nothing(WireFault wire) => new() { Status = 0, Wire = wire };

    private static SimulatedResponse Bare(int status) => SimulatedResponse.Text(
        status,
        "text/html",
        $"<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n"
            + "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n");
}
