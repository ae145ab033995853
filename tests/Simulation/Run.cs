using Reelay.Server.Accounts;
using Reelay.Server.Storage;
using Reelay.Simulation.Checks;
using Reelay.Simulation.Scheduling;
using Reelay.Simulation.World;

namespace Reelay.Simulation;

/// <summary>One run of one seed: some minutes in which everything goes wrong, and the time until all is quiet.</summary>
internal sealed class Run : IDisposable
{
    private const string CallerKey = "sk-simulation-caller";
    private const string AdminKey = "sk-simulation-admin-key";
    private const long Money = 40_000_000;
    private static readonly TimeSpan Horizon = TimeSpan.FromHours(40);

    private readonly Trace _trace;
    private readonly Scheduler _scheduler;
    private readonly RunState _state;
    private readonly Disk _disk;
    private readonly Upstreams _upstreams;
    private readonly Callers _callers;
    private readonly Node?[] _nodes;
    private int _nodeCount;
    private long _nextCrash = long.MaxValue;
    private long _nextJump = long.MaxValue;
    private long _nextLook;

    public Run(int seed, ThreadPoolGate pool, bool isPrinted, int nodeCount = 1)
    {
        _trace = new Trace(isPrinted);
        _scheduler = new Scheduler(seed, _trace, pool);
        _state = new RunState(seed, _scheduler, _trace, nodeCount);
        _nodes = new Node?[nodeCount];
        _scheduler.StallsPerThousand = _state.Scenario.StallsPerThousand;
        _disk = new Disk(_state);
        _upstreams = new Upstreams(_state);
        _callers = new Callers(_state, Balance, CallerKey);
        _state.Upset = BringForward;
    }

    /// <summary>Runs to the end.</summary>
    public RunReport Execute()
    {
        Prepare();
        for (var place = 0; place < _nodes.Length; place++) StartNode(place);
        _callers.Start();
        _upstreams.StartCallbacks(DeliverAsync);
        new Operator(_state, Balance, _disk, AdminKey).Start();
        SetNext();
        RunUntil(() => false, TimeSpan.FromSeconds(_state.Scenario.ChaosSeconds).Ticks);
        Quieten();
        RunUntil(IsOver, Horizon.Ticks);
        foreach (var order in _callers.Orders.Where(order => order.IsWaiting)) _state.Expect(false, $"the caller of order {order.Number} still waits for {order.Id}");
        if (_scheduler.Escaped is { } escaped) _state.Expect(false, "an exception escaped: " + escaped);
        var audit = new Audit(_disk, _upstreams, _callers);
        foreach (var mistake in audit.FindMistakes()) _state.Expect(false, mistake);
        foreach (var mistake in _nodes.SelectMany(node => Audit.OfMemory(node!))) _state.Expect(false, mistake);
        return new RunReport(_trace.Hash(), _trace.Count, _nodeCount, TimeSpan.FromTicks(_scheduler.Now), audit.Ends, _state.Mistakes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var node in _nodes) node?.Kill();
        _disk.Dispose();
        _upstreams.Dispose();
        _trace.Dispose();
    }

    // What an operator has done before the first caller comes: an account with a balance, and two keys.
    private void Prepare()
    {
        SqliteMigrations.Apply(_disk.Database.Writer, TimeProvider.System);
        _disk.Database.Writer.Execute(
            """
            INSERT INTO accounts (id, name, balance_micros, created_at) VALUES ('acct_callers', 'callers', $balance, 1);
            INSERT INTO ledger_entries (account_id, kind, balance_micros, reserved_micros, created_at) VALUES ('acct_callers', 'adjust', $balance, 0, 1);
            """,
            null,
            ("$balance", Money));
        var store = new SqlKeyStore(_disk.Database, TimeProvider.System);
        var keys = new KeyRing(store, new KeyUses(), TimeProvider.System, new RepeatableRandomness(1));
        keys.Import(keys.Draft("acct_callers", "callers"), CallerKey);
        store.EnsureAccount(FirstStart.AdminAccount, "Administrator", isUnlimited: true);
        keys.Import(keys.Draft(FirstStart.AdminAccount, "operator") with { Scopes = ApiKey.CallerScopes | KeyScopes.Admin }, AdminKey);
    }

    private void RunUntil(Func<bool> isOver, long until)
    {
        while (_scheduler.Escaped is null && _scheduler.Now < until)
        {
            if (_scheduler.RunUntil(() => isOver() || _scheduler.Now >= Math.Min(_nextCrash, _nextJump), until) && _scheduler.Now < Math.Min(_nextCrash, _nextJump)) return;
            if (_scheduler.Now >= _nextCrash) Crash();
            if (_scheduler.Now >= _nextJump) Jump();
        }
    }

    private void StartNode(int place)
    {
        var node = _nodes[place] = new Node(_state, _disk, _upstreams, ++_nodeCount);
        _ = ReportAsync(node.StartAsync(), node);
    }

    // Each request reaches some node.
    private Node? Balance() => _nodes.Length == 1 ? _nodes[0] : _nodes[_state.Random.Next(_nodes.Length)];

    private async Task ReportAsync(Task start, Node node)
    {
        try
        {
            await start;
        }
        catch (Exception exception)
        {
            _state.Expect(node.Strand.IsDead, "the server did not start: " + exception);
        }
    }

    // Like SIGKILL: between any two steps. Now and then it is told to stop instead, and killed before it is through.
    private void Crash()
    {
        var place = _nodes.Length == 1 ? 0 : _state.Random.Next(_nodes.Length);
        if (_nodes[place] is { } node && _state.Random.Next(4) == 0 && node.IsReady)
        {
            _trace.Add($"{_state.Clock} stop");
            _ = node.StopAsync();
            _scheduler.RunUntil(() => false, _scheduler.Now + TimeSpan.FromMilliseconds(_state.Random.Next(15_000)).Ticks);
        }

        _trace.Add($"{_state.Clock} kill");
        _nodes[place]?.Kill();
        if (_state.Scenario.ClockJumpEverySeconds > 0 && _state.Random.Next(2) == 0) Jump();
        StartNode(place);
        SetNext();
    }

    // The wall clock is set, by seconds or by hours; what is measured by it must survive that.
    private void Jump()
    {
        var seconds = _state.Random.Next(4) switch { 0 => 3600, 1 => -3600, 2 => 30, _ => -30 } * _state.Random.NextDouble();
        _disk.ClockOffset += TimeSpan.FromSeconds(seconds);
        foreach (var node in _nodes)
        {
            if (node is not null) node.Time.Offset = _disk.ClockOffset;
        }

        _trace.Add($"{_state.Clock} clock set by {seconds:0.000} s");
        SetNext();
    }

    // Troubles seldom come alone: what follows on a lost answer is where mistakes are.
    private void BringForward()
    {
        var soon = _scheduler.Now + (long)(5 * TimeSpan.TicksPerSecond * _state.Random.NextDouble());
        if (_nextCrash != long.MaxValue && _state.Random.Next(4) == 0) _nextCrash = Math.Min(_nextCrash, soon);
        if (_nextJump != long.MaxValue && _state.Random.Next(4) == 0) _nextJump = Math.Min(_nextJump, soon);
    }

    private void SetNext()
    {
        var scenario = _state.Scenario;
        _nextCrash = _state.IsQuiet || scenario.CrashEverySeconds == 0 ? long.MaxValue : Soon(scenario.CrashEverySeconds);
        _nextJump = _state.IsQuiet || scenario.ClockJumpEverySeconds == 0 ? long.MaxValue : Soon(scenario.ClockJumpEverySeconds);

        long Soon(int seconds) => _scheduler.Now + (long)(TimeSpan.TicksPerSecond * seconds * 2 * _state.Random.NextDouble());
    }

    private void Quieten()
    {
        _state.IsQuiet = true;
        _upstreams.Sandbox.Faults.Clear();
        SetNext();
        _trace.Add($"{_state.Clock} quiet");
    }

    // Looked up now and then only: it costs a query.
    private bool IsOver()
    {
        if (_scheduler.Now < _nextLook) return false;
        _nextLook = _scheduler.Now + (5 * TimeSpan.TicksPerSecond);
        return !_callers.IsAnybodyWaiting && new Audit(_disk, _upstreams, _callers).LiveCount == 0;
    }

    private async Task<bool> DeliverAsync(Uri url, Simulators.CallbackMessage message)
    {
        if (Balance() is not { IsReady: true } node) return false;
        var call = new Call("POST", url.AbsolutePath, message.Body.ToArray());
        foreach (var (name, value) in message.Headers) call.Headers[name] = value;
        try
        {
            return await node.SendAsync(call, CancellationToken.None) is { Status: 200 };
        }
        catch (IOException)
        {
            return false;
        }
    }
}

/// <summary>What came of a run.</summary>
internal sealed record RunReport(
    string Hash, int LineCount, int ProcessCount, TimeSpan Time, IReadOnlyList<(string End, long Count)> Ends, IReadOnlyList<string> Mistakes);
