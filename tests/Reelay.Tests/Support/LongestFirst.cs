using Reelay.Tests.Api;
using Reelay.Tests.Catalog;
using Reelay.Tests.Crash;
using Reelay.Tests.Engine;
using Reelay.Tests.Flows;
using Reelay.Tests.Intents;
using Reelay.Tests.OpenApi;
using Reelay.Tests.Routing;
using Reelay.Tests.Sdk;
using Reelay.Tests.Support;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Reelay.Tests.Support;

/// <summary>Begins with the collections that take, or wait, longest: a collection is one thread's, and the last to begin is what the whole run waits for.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    // A provider's tests lie in its folder, which can go.
    private static readonly string[] Long =
    [
        typeof(UpstreamMatrixTests).FullName!, "processes", typeof(RefusedMatrixTests).FullName!, typeof(SimulationTests).FullName!,
        typeof(CallerMatrixTests).FullName!, typeof(CatalogWalkTests).FullName!, typeof(BadInputTests).FullName!, typeof(SubmissionTests).FullName!,
        typeof(ClockTests).FullName!, typeof(VariantTests).FullName!, typeof(Fuzz.FuzzTests).FullName!, typeof(VariantRefusalTests).FullName!, typeof(OpenApiAnswerTests).FullName!,
        typeof(NodeClientTests).FullName!, typeof(KlingFlowTests).FullName!, typeof(AdminChannelTests).FullName!, ".OpenAiImagesConformanceTests",
        ".UpstreamGatewayChainTests", ".OpenAiImagesEngineTests",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Place(collection.TestCollectionDisplayName)).ThenBy(collection => Mix(collection.TestCollectionDisplayName))];

    private static int Place(string collection) => Array.FindIndex(Long, name => collection.Contains(name, StringComparison.Ordinal)) is >= 0 and var place ? place : Long.Length;

    // Neighbours are alike: those of the engine wait for seconds to pass, and all at once would leave the processor idle. So all others are mixed, always in the
    // same way.
    private static int Mix(string collection) => collection.Aggregate(17, (mix, letter) => unchecked((mix * 31) + letter));
}
