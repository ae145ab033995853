namespace Reelay.Simulators;

/// <summary>The fault rules in force. Safe for concurrent use.</summary>
public sealed class FaultBook
{
    /// <summary>Most rules that may be in force at once.</summary>
    public const int MaxRules = 1_000;

    private readonly Lock _lock = new();
    private readonly List<FaultRule> _rules = [];

    /// <summary>The rules in force, in the order they are asked.</summary>
    public IReadOnlyList<FaultRule> Rules
    {
        get
        {
            lock (_lock)
                return [.. _rules];
        }
    }

    /// <summary>Adds a rule behind the others.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="MaxRules"/> already.</exception>
    public void Add(FaultRule rule)
    {
        lock (_lock)
        {
            if (_rules.Count >= MaxRules)
                throw new InvalidOperationException($"There are {MaxRules} fault rules already.");
            _rules.Add(rule);
        }
    }

    /// <summary>Adds a rule in short form.</summary>
    /// <param name="provider">Id of the simulator.</param>
    /// <param name="call">The calls it meets.</param>
    /// <param name="fault">The word, without brackets.</param>
    /// <param name="count">How many calls, or null for all until the rules are removed.</param>
    /// <exception cref="ArgumentException">The word does not exist or does not apply to the call.</exception>
    public void Add(string provider, SimulatedCall call, string fault, int? count = null)
    {
        Fault? parsed = Fault.Parse(fault);
        if (parsed is null || !parsed.AppliesTo(call))
            throw new ArgumentException($"'{fault}' is no fault of a {call} call.", nameof(fault));
        Add(new FaultRule { Provider = provider, Call = call, Fault = parsed, Count = count });
    }

    /// <summary>Removes all rules.</summary>
    public void Clear()
    {
        lock (_lock)
            _rules.Clear();
    }

    /// <summary>Collects what shall go wrong with one call; the first rule that fits is used up by one.</summary>
    /// <param name="call">The call.</param>
    /// <param name="provider">Id of the simulator that got it.</param>
    /// <param name="credential">The account it came with, if known.</param>
    /// <param name="prompt">The prompt of the order it creates or is about.</param>
    public CallFaults Take(SimulatedCall call, string provider, string? credential, string? prompt)
    {
        IReadOnlyList<Fault> words = call == SimulatedCall.Create ? Fault.FindIn(prompt) : [];
        lock (_lock)
        {
            int index = _rules.FindIndex(rule => rule.Fits(call, provider, credential, prompt));
            if (index < 0)
                return new CallFaults(words);
            FaultRule rule = _rules[index];
            if (rule.Count is int count)
            {
                if (count > 1)
                    _rules[index] = rule with { Count = count - 1 };
                else
                    _rules.RemoveAt(index);
            }

            return new CallFaults([.. words, rule.Fault]);
        }
    }
}

/// <summary>Lets some calls of one simulator go wrong.</summary>
public sealed record FaultRule
{
    /// <summary>Id of the simulator.</summary>
    public required string Provider { get; init; }

    /// <summary>The calls it meets.</summary>
    public required SimulatedCall Call { get; init; }

    /// <summary>What goes wrong.</summary>
    public required Fault Fault { get; init; }

    /// <summary>How many more calls, or null for all.</summary>
    public int? Count { get; init; }

    /// <summary>Only calls of this account, or null for all.</summary>
    public string? Credential { get; init; }

    /// <summary>Only orders whose prompt contains this, or null for all; a list has no prompt.</summary>
    public string? Prompt { get; init; }

    internal bool Fits(SimulatedCall call, string provider, string? credential, string? prompt) =>
        Call == call && Provider == provider
        && (Credential is null || Credential == credential)
        && (Prompt is null || prompt?.Contains(Prompt, StringComparison.Ordinal) == true);
}
