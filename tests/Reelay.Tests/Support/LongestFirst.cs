using Reelay.Tests.Api;
using Reelay.Tests.Catalog;
using Reelay.Tests.Crash;
using Reelay.Tests.Engine;
using Reelay.Tests.Intents;
using Reelay.Tests.Support;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Reelay.Tests.Support;

/// <summary>Begins with the collections that take, or wait, longest: a collection is one thread's, and the last to begin is what the whole run waits for.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        typeof(UpstreamMatrixTests).FullName!, "processes", typeof(SimulationTests).FullName!, typeof(CallerMatrixTests).FullName!,
        typeof(SubmissionTests).FullName!, typeof(BadInputTests).FullName!, typeof(CatalogWalkTests).FullName!, typeof(ClockTests).FullName!,
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) is >= 0 and var place ? place : Long.Length)];
}
