namespace Reelay.Tests.Crash;

/// <summary>
/// What an upstream may do to a submission × provider × a SIGKILL at a durable step. Counted at the sandbox: at most one order accepted,
/// exactly one where the provider can tell; every task ends, its reservation closed once.
/// </summary>
/// <remarks>
/// Here the orders of one provider go together, and the first that reaches the step brings the kill. <c>make chaos</c> (REELAY_MATRIX=each) kills
/// once for every cell.
/// </remarks>
public sealed class UpstreamMatrixTests(UpstreamMatrixTests.World world) : IClassFixture<UpstreamMatrixTests.World>
{
    // Rules let a call go wrong once, words in the prompt each time. A refusal on every try would only show the end of the queue.
    private static readonly (string Fault, bool IsOnce)[] Faults =
    [
        ("http:400", false), ("http:429", true), ("http:503", true), ("bare:502", true), ("bare:503", true), ("bare:504", true),
        ("drop:before-accept", true), ("drop:after-accept", true), ("hang", true), ("hang:after-accept", true), ("truncate", true), ("garbage", true),
        ("moved", true),
    ];

    // What the sandbox has not accepted, and documents as a refusal: the order goes on to another try and is made.
    private static readonly string[] Documented = ["http:429", "http:503"];

    public static TheoryData<string, string> Cells()
    {
        var cells = new TheoryData<string, string>();
        foreach (var provider in MatrixWorld.Providers)
        {
            foreach (string step in MatrixWorld.Steps()) cells.Add(provider, step);
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Nothing_is_made_twice_and_nothing_is_left(string provider, string step)
    {
        foreach (var faults in MatrixWorld.IsEach ? Faults.Select(fault => new[] { fault }) : [Faults])
        {
            var orders = new Dictionary<string, string>();
            foreach (var (fault, isOnce) in faults)
            {
                var prompt = $"{provider} {step} <{fault.Replace(':', ' ')}>{(isOnce ? "" : $" [{fault}]")}";
                if (isOnce) await world.Crash.AddFaultAsync(new { provider, call = "create", fault, count = 1, prompt });
                orders[fault] = await world.OrderAsync(provider, prompt);
            }

            if (step != "none") await world.KillAtAsync(step, [.. orders.Values]);
            foreach (var (fault, id) in orders)
                await world.CheckAsync($"{provider} {step} {fault}", id, (code, accepted) => Expected(provider, step, fault, code, accepted));
        }
    }

    // Kling is found by our own mark, so that an absence is certain too. OpenAI's list proves presence alone. Pictures come with the answer
    // or never. A kill loses the answer of a call in flight, whatever the fault was.
    private static string? Expected(string provider, string step, string fault, string? code, int accepted)
    {
        if (fault == "http:400") return step != "none" && provider != "kling" && code == MatrixWorld.Unknown ? code : "upstream_rejected";
        if (provider == "kling") return null;
        if (Documented.Contains(fault) && step == "none") return null;
        if (provider == "openai" && step == "none") return accepted == 1 ? null : MatrixWorld.Unknown;
        return code is null ? null : MatrixWorld.Unknown;
    }

    /// <summary>Some calls hang, and their end is waited for.</summary>
    public sealed class World() : MatrixWorld(pictureSeconds: 5, canBeCut: false);
}
