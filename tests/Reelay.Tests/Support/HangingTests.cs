using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Reelay.Tests.Support;
using Xunit.v3;

[assembly: HangingTests]

namespace Reelay.Tests.Support;

/// <summary>
/// Cancels a test that has run for far longer than any should (<c>REELAY_TEST_MINUTES</c>, by default 5): it fails under its own name, and
/// the run goes on. Without it a test that waits for something that never comes holds up all others for ever. Where a test does not heed that, or
/// a fixture hangs, nothing begins or ends any more: then the whole run ends, and says what was under way.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class HangingTestsAttribute : BeforeAfterTestAttribute
{
    private const int StoodStill = 70;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(
        double.TryParse(Environment.GetEnvironmentVariable("REELAY_TEST_MINUTES"), CultureInfo.InvariantCulture, out var minutes) ? minutes : 5);

    private static readonly ConcurrentDictionary<string, (string Name, ITimer Timer)> Running = new(StringComparer.Ordinal);
    private static readonly ITimer Watch = TimeProvider.System.CreateTimer(_ => End(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        var context = TestContext.Current;
        Running[test.UniqueID] = (
            test.TestDisplayName, TimeProvider.System.CreateTimer(_ => context.CancelCurrentTest(), null, Patience, Timeout.InfiniteTimeSpan));
        Note();
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (Running.TryRemove(test.UniqueID, out var entry)) entry.Timer.Dispose();
        Note();
    }

    private static void Note() => Watch.Change(Patience + TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);

    private static void End()
    {
        var names = Running.Values.Select(entry => entry.Name).Order(StringComparer.Ordinal).ToList();
        Console.Error.WriteLine($"failed the whole run: it stands still, in {(names.Count > 0 ? string.Join(", ", names) : "what comes before or after a test")}");
        Environment.Exit(StoodStill);
    }
}
