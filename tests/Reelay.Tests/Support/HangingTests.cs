using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Reelay.Tests.Support;
using Xunit.v3;

[assembly: HangingTests]

namespace Reelay.Tests.Support;

/// <summary>
/// Cancels a test that has run for far longer than any should (<c>REELAY_TEST_MINUTES</c>, by default 5): it fails under its own name, and
/// the run goes on. Without it a test that waits for something that never comes holds up all others for ever.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class HangingTestsAttribute : BeforeAfterTestAttribute
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(
        double.TryParse(Environment.GetEnvironmentVariable("REELAY_TEST_MINUTES"), CultureInfo.InvariantCulture, out var minutes) ? minutes : 5);

    private readonly ConcurrentDictionary<string, ITimer> _running = new(StringComparer.Ordinal);

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        var context = TestContext.Current;
        _running[test.UniqueID] = TimeProvider.System.CreateTimer(_ => context.CancelCurrentTest(), null, Patience, Timeout.InfiniteTimeSpan);
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (_running.TryRemove(test.UniqueID, out var timer)) timer.Dispose();
    }
}
